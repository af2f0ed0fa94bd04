//! What only a person can put right: links, commands, paths and doors.

use std::{fs, path::Path};

use crate::{
    book::{Book, entries, files_below},
    markdown::Located,
    page::Page,
    runner::Target,
};

/// Markers that fill nothing and references that nothing defines.
pub fn markers(book: &Book) -> Vec<String> {
    let pages = book.pages.iter();
    pages.flat_map(|page| page.faults.clone()).collect()
}

/// Every link leads to a file, every `#fragment` to a heading.
pub fn links(book: &Book) -> Vec<String> {
    each(
        book,
        |page| &page.links,
        |page, link| follow(book, page, link).err().into_iter().collect(),
    )
}

/// Every `cargo …` command names what exists, and every path that is set as code is there.
pub fn commands(book: &Book) -> Vec<String> {
    let targets = book.runner.targets();
    let mut faults = each(
        book,
        |page| &page.spans,
        |_, span| {
            let mut faults = commands_in(span, &targets);
            faults.extend(missing_path(book, span));
            faults
        },
    );
    for page in &book.pages {
        for block in &page.blocks {
            if matches!(block.language.as_str(), "sh" | "console") {
                for (number, line) in page.body(block).lines().enumerate() {
                    let at = block.line + 1 + number;
                    let wrong = commands_in(line, &targets);
                    faults.extend(wrong.iter().map(|words| page.fault(at, words)));
                }
            }
        }
    }
    faults
}

/// Every example, test and bench is listed in a `Cargo.toml`: what is not is never built.
pub fn targets(book: &Book) -> Vec<String> {
    let targets = book.runner.targets();
    let mut faults = Vec::new();
    for (folder, kind) in [
        ("examples", "example"),
        ("tests", "test"),
        ("benches", "bench"),
    ] {
        for file in entries(&book.root, Path::new(folder)) {
            let is_folder = book.root.join(&file).join("main.rs").is_file();
            let is_file = file.extension() == Some("rs".as_ref()) && !file.ends_with("lib.rs");
            let builds = |target: &Target| {
                target.kind == kind && file.file_stem() == Some(target.name.as_ref())
            };
            if (is_file || is_folder) && !targets.iter().any(builds) {
                faults.push(format!("{}: no Cargo.toml lists it", file.display()));
            }
        }
    }
    faults
}

/// Every chapter, example and exercise is announced where readers look for it.
pub fn doors(book: &Book) -> Vec<String> {
    let chapters: Vec<String> = entries(&book.root, Path::new("chapters"))
        .into_iter()
        .filter(|path| book.root.join(path).is_dir())
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .filter(|name| chapter_number(name, "ch").is_some())
        .collect();
    let mut faults = Vec::new();
    faults.extend(unlisted(book, "chapters/SUMMARY.md", &chapters));
    faults.extend(unlisted(book, "README.md", &chapters));
    for target in book.runner.targets() {
        let number = match target.kind.as_str() {
            "example" => chapter_number(&target.name, "ch"),
            "bin" => exercise_folder(&target).and_then(|folder| chapter_number(folder, "")),
            _ => None,
        };
        let Some(number) = number else { continue };
        let of = |chapter: &&String| chapter_number(chapter, "ch") == Some(number);
        let Some(chapter) = chapters.iter().find(of) else {
            let source = target.source.strip_prefix(&book.root);
            let source = source.unwrap_or(&target.source).display();
            faults.push(format!("{source}: there is no chapter {number}"));
            continue;
        };
        let lesson = format!("chapters/{chapter}/README.md");
        match book.page(&lesson) {
            Some(page) if mentions(&page.text, &target.name) => {}
            Some(_) => faults.push(format!(
                "{lesson}: does not mention the {} `{}`",
                if target.kind == "bin" {
                    "exercise"
                } else {
                    "example"
                },
                target.name
            )),
            None => faults.push(format!("{lesson}: chapter {number} has no lesson")),
        }
    }
    faults.dedup();
    faults
}

fn each<T>(
    book: &Book,
    parts: impl Fn(&Page) -> &[Located<T>],
    check: impl Fn(&Page, &T) -> Vec<String>,
) -> Vec<String> {
    let mut faults = Vec::new();
    for page in &book.pages {
        for Located { line, it } in parts(page) {
            let wrong = check(page, it);
            faults.extend(wrong.iter().map(|words| page.fault(*line, words)));
        }
    }
    faults
}

fn follow(book: &Book, page: &Page, link: &str) -> Result<(), String> {
    if let Some((scheme, rest)) = link.split_once(':') {
        let host = rest.trim_start_matches('/').split(['/', '#', '?']).next();
        let is_host = |host: &str| host.contains('.') && !host.contains(char::is_whitespace);
        return match (scheme, rest.starts_with("//"), host.is_some_and(is_host)) {
            ("https", true, true) => Ok(()),
            _ => Err(format!("<{link}> is not a well-formed https address")),
        };
    }
    let (path, fragment) = match link.split_once('#') {
        Some((path, fragment)) => (path, Some(fragment)),
        None => (link, None),
    };
    let target = match path {
        "" => page.path.clone(),
        path => page
            .resolve(path)
            .ok_or_else(|| format!("<{link}> leads out of the repository"))?,
    };
    let in_chapters = page.path.starts_with("chapters");
    if in_chapters && !target.starts_with("chapters") {
        return Err(format!(
            "<{link}> leaves chapters/, where the built book cannot follow; set the path as code"
        ));
    }
    let absolute = book.root.join(&target);
    if !absolute.is_file() && (in_chapters || !absolute.is_dir()) {
        return Err(format!(
            "<{link}> leads nowhere: there is no file {}",
            target.display()
        ));
    }
    let slugs = book.page(&target).map_or(&[][..], |target| &target.slugs);
    match fragment {
        Some(fragment) if !slugs.iter().any(|slug| slug == fragment) => Err(format!(
            "<{link}> leads nowhere: {} has no heading #{fragment}",
            target.display()
        )),
        _ => Ok(()),
    }
}

fn commands_in(text: &str, targets: &[Target]) -> Vec<String> {
    let code = text.split(" #").next().unwrap_or_default();
    let is_prelude = |word: &&str| *word == "$" || word.contains('=');
    code.split(['&', '|', ';'])
        .map(|command| command.split_whitespace().skip_while(is_prelude).collect())
        .filter_map(|words: Vec<&str>| match words[..] {
            ["cargo", _, ref arguments @ ..] => misnamed(arguments, targets),
            _ => None,
        })
        .map(|words| format!("`{text}`: {words}"))
        .collect()
}

/// What the arguments of a cargo command name that does not exist.
fn misnamed(arguments: &[&str], targets: &[Target]) -> Option<String> {
    let mut arguments = arguments.iter().flat_map(|word| word.splitn(2, '='));
    let mut named = None;
    let mut filters = Vec::new();
    while let Some(word) = arguments.next() {
        match word {
            "--example" | "--test" | "--bench" | "--bin" => {
                let kind = &word[2..];
                let name = arguments.next().unwrap_or_default();
                if is_placeholder(name) {
                    return None;
                }
                let is_it = |target: &&Target| target.kind == kind && target.name == name;
                let Some(target) = targets.iter().find(is_it) else {
                    return Some(format!("there is no {kind} `{name}`"));
                };
                named = Some(target);
            }
            "-p" | "--package" => {
                let name = arguments.next().unwrap_or_default();
                if !is_placeholder(name) && !targets.iter().any(|target| target.package == name) {
                    return Some(format!("there is no package `{name}`"));
                }
            }
            "--features" => drop(arguments.next()),
            flag if flag.starts_with('-') => {}
            filter => filters.push(filter),
        }
    }
    let target = named.filter(|target| matches!(target.kind.as_str(), "test" | "bench"))?;
    let filter = filters
        .iter()
        .find(|filter| !is_placeholder(filter) && !selects(target, filter))?;
    Some(format!(
        "`{filter}` selects nothing in {} `{}`",
        target.kind, target.name
    ))
}

/// Whether a filter leaves something to run.
fn selects(target: &Target, filter: &str) -> bool {
    let source = source(target);
    if target.kind == "bench" {
        let group = filter.split('/').next().unwrap_or_default();
        return source
            .split('"')
            .skip(1)
            .step_by(2)
            .any(|literal| literal.contains(group));
    }
    let name = filter.rsplit("::").next().unwrap_or_default();
    let mut follows_attribute = false;
    for line in source.lines().map(str::trim_start) {
        if line.starts_with("#[") {
            follows_attribute |= line.contains("test]") || line.contains("test(");
        } else if let Some((_, function)) = line.split_once("fn ") {
            let function = function.split('(').next().unwrap_or_default();
            if follows_attribute && function.contains(name) {
                return true;
            }
            follows_attribute = false;
        }
    }
    false
}

/// The text of a target, which is a file or a folder with a `main.rs`.
fn source(target: &Target) -> String {
    let folder = target.source.parent().unwrap_or(Path::new(""));
    let files = if target.source.ends_with("main.rs") {
        files_below(folder, Path::new(""), "rs")
    } else {
        vec![target.source.clone()]
    };
    let read = |file| fs::read_to_string(folder.join(file)).unwrap_or_default();
    files.iter().map(read).collect()
}

/// A name that only shows where names go, such as `NAME` or `chNN_…`.
fn is_placeholder(name: &str) -> bool {
    name.contains(['…', '*', '<', '{']) || name.contains("NN") || name == name.to_uppercase()
}

fn missing_path(book: &Book, span: &str) -> Option<String> {
    const FOLDERS: [&str; 7] = [
        "tests/",
        "examples/",
        "benches/",
        "workbook/",
        "chapters/",
        ".ci/",
        ".github/",
    ];
    let is_path = FOLDERS.iter().any(|folder| span.starts_with(folder));
    let is_one = is_path && !span.contains(char::is_whitespace) && !is_placeholder(span);
    (is_one && !book.root.join(span).exists()).then(|| format!("`{span}` does not exist"))
}

/// The chapters that a table of contents leaves out or lists in another order.
fn unlisted(book: &Book, contents: &str, chapters: &[String]) -> Vec<String> {
    let Some(page) = book.page(contents) else {
        return vec![format!("{contents}: does not exist")];
    };
    let lesson = |chapter: &String| Path::new("chapters").join(chapter).join("README.md");
    let place = |chapter: &String| {
        let leads_there = |link: &&Located<String>| page.resolve(&link.it) == Some(lesson(chapter));
        page.links.iter().find(leads_there).map(|link| link.line)
    };
    let mut last = 0;
    let mut faults = Vec::new();
    for chapter in chapters {
        match place(chapter) {
            None => faults.push(format!(
                "{contents}: has no link to {}",
                lesson(chapter).display()
            )),
            Some(line) if line < last => {
                faults.push(page.fault(line, &format!("{chapter} is out of order")));
            }
            Some(line) => last = line,
        }
    }
    faults
}

/// The folder of an exercise; solutions have none.
fn exercise_folder(target: &Target) -> Option<&str> {
    let folder = target.source.parent()?;
    let is_exercise = folder.parent()?.ends_with("exercises");
    is_exercise.then(|| folder.file_name()?.to_str())?
}

/// `03` of `ch03_gather` or `03_gather`.
pub fn chapter_number<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    let (number, _) = name.strip_prefix(prefix)?.split_once('_')?;
    (number.len() == 2 && number.parse::<u8>().is_ok()).then_some(number)
}

fn mentions(text: &str, name: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| word == name)
}
