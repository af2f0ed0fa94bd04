//! The four kinds of parts that are rewritten rather than typed: excerpts, console output,
//! compiler messages and pictures.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{
    book::{Book, Kept, Place, files_below},
    excerpt::excerpt,
    page::{Block, Page},
};

/// The parts of one kind, each as it should be, or why that cannot be found out.
pub type Found<'a> = Vec<Result<Kept<'a>, String>>;

/// `rust` blocks: code of a file.
pub fn excerpts(book: &Book) -> Found<'_> {
    blocks(book, "rust", |page, block| {
        let usage = "every `rust` block needs a marker: <!-- code: FILE ITEM… -->";
        let marker = block.marker.as_ref().ok_or(usage)?;
        let (file, items) = marker.words.split_first().ok_or(usage)?;
        let path = page
            .resolve(file)
            .ok_or("the file lies outside of the book")?;
        let source = fs::read_to_string(book.root.join(&path))
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        excerpt(&source, items)
            .map(Some)
            .map_err(|error| format!("{}: {error}", path.display()))
    })
}

/// `console` blocks: commands and what they print.
pub fn consoles(book: &Book) -> Found<'_> {
    blocks(book, "console", |page, block| {
        let commands = page
            .body(block)
            .lines()
            .filter(|line| line.starts_with('$'));
        let replayed: Result<String, String> = commands
            .map(|command| Ok(format!("{command}\n{}", replay(book, command)?)))
            .collect();
        match replayed? {
            nothing if nothing.is_empty() => Err("a console block begins with a command".into()),
            shown => Ok(Some(shown)),
        }
    })
}

/// `text` blocks with a `compiler:` marker: what `rustc` says about a file.
pub fn compiler_messages(book: &Book) -> Found<'_> {
    blocks(book, "text", |page, block| {
        let Some(marker) = &block.marker else {
            return Ok(None);
        };
        let [file] = &marker.words[..] else {
            return Err("say which file: <!-- compiler: FILE -->".into());
        };
        let folder = page.path.parent().unwrap_or(Path::new(""));
        let said = book.runner.compiler(&book.root.join(folder), file)?;
        Ok(said.map(|said| format!("{}\n", said.trim_end())))
    })
}

/// Pictures with a `timeline:` marker: what an example draws.
///
/// Every picture of the book is one of those, is marked as measured, or shows one a second time.
pub fn timelines(book: &Book) -> Found<'_> {
    let mut found = Vec::new();
    let mut drawn = BTreeSet::new();
    let mut unmarked = Vec::new();
    for page in &book.pages {
        for picture in &page.pictures {
            let fault = |words: &str| Err(page.fault(picture.line, words));
            let path = page.resolve(&picture.target).unwrap_or_default();
            let Some(marker) = &picture.marker else {
                if path.extension().is_some_and(|it| it == "svg") {
                    unmarked.push((page, picture.line, path));
                }
                continue;
            };
            if marker.kind == "measured" {
                // No two machines, and no two runs, measure the same.
                drawn.insert(path);
                continue;
            }
            let Some((example, flags)) = marker.words.split_first() else {
                found.push(fault("say which example: <!-- timeline: EXAMPLE -->"));
                continue;
            };
            let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
            found.push(match book.runner.picture(example, &flags) {
                Err(words) => fault(&words),
                Ok(should_be) => Ok(Kept {
                    page,
                    line: picture.line,
                    is: fs::read_to_string(book.root.join(&path)).unwrap_or_default(),
                    should_be,
                    place: Place::File(path.clone()),
                }),
            });
            drawn.insert(path);
        }
    }
    for (page, line, path) in unmarked {
        if !drawn.contains(&path) {
            found.push(Err(page.fault(
                line,
                "no marker says which example draws this: <!-- timeline: EXAMPLE -->",
            )));
        }
    }
    let pictures = files_below(&book.root, Path::new("chapters"), "svg");
    let orphans = pictures.into_iter().filter(|path| !drawn.contains(path));
    found
        .extend(orphans.map(|path| Err(format!("{}: no page shows this picture", path.display()))));
    found
}

/// All `blocks` of a language as they should be; those that may stay as they are give `None`.
fn blocks<'a>(
    book: &'a Book,
    language: &str,
    truth: impl Fn(&Page, &Block) -> Result<Option<String>, String>,
) -> Found<'a> {
    let mut found = Vec::new();
    for page in &book.pages {
        for block in page
            .blocks
            .iter()
            .filter(|block| block.language == language)
        {
            match truth(page, block) {
                Ok(None) => {}
                Ok(Some(should_be)) => found.push(Ok(Kept {
                    page,
                    line: block.line,
                    is: page.body(block).to_owned(),
                    should_be,
                    place: Place::Here(block.body.clone()),
                })),
                Err(words) => found.push(Err(page.fault(block.line, &words))),
            }
        }
    }
    found
}

/// What a command of a console block prints.
fn replay(book: &Book, command: &str) -> Result<String, String> {
    let mut stages = command.split(" | ").map(|stage| stage.split_whitespace());
    let words: Vec<&str> = stages.next().into_iter().flatten().collect();
    let [
        "$",
        "cargo",
        "run",
        "-q",
        "--example",
        name,
        "--",
        arguments @ ..,
    ] = &words[..]
    else {
        return Err(unknown(command));
    };
    if !arguments.contains(&"--virtual") {
        return Err(unknown(command));
    }
    let mut ran = book.runner.example(name, arguments)?;
    for stage in stages {
        let words: Vec<&str> = stage.collect();
        let lines: Vec<&str> = ran.stdout.lines().collect();
        let kept = match (
            &words[..],
            words.last().and_then(|count| count.parse().ok()),
        ) {
            (["head", "-n", _], Some(count)) => &lines[..lines.len().min(count)],
            (["tail", "-n", _], Some(count)) => &lines[lines.len().saturating_sub(count)..],
            _ => return Err(unknown(command)),
        };
        ran.stdout = kept.join("\n") + "\n";
    }
    let shown = ran.stdout + &ran.stderr;
    Ok(match ran.code {
        0 => shown,
        code => format!("{shown}[exit code {code}]\n"),
    })
}

fn unknown(command: &str) -> String {
    format!(
        "`{command}` cannot be replayed; a console block shows \
         `$ cargo run -q --example NAME -- --virtual …`, perhaps with `| head -n N` or `| tail -n N` \
         (commands without output belong in an sh block)"
    )
}
