//! What stands for a claim: a probe for each note on asyncio, a test for each rule in bold.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{
    book::{Book, files_below},
    checks::chapter_number,
    excerpt::test,
    page::Page,
};

/// Where the probes lie: small Python programs that assert what a note says.
pub const PROBES: &str = "tests/asyncio";

/// Words by which a rule says where it holds. Any other holds on every runtime.
const RUNTIMES: [&str; 8] = [
    "one thread",
    "current-thread",
    "current_thread",
    "multi-thread",
    "multi_thread",
    "two workers",
    "several workers",
    "virtual clock",
];

/// Every note names its probes, every probe is there, says what it shows and is named by a note;
/// its name begins with the chapter that names it first.
pub fn probes(book: &Book) -> Vec<String> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for (number, page) in lessons(book) {
        for note in &page.claims.notes {
            let names = note.marker.as_ref().map_or(&[][..], |it| &it.words);
            if names.is_empty() {
                let usage = "no marker above this note names a program that shows what it says: \
                             <!-- probe: chNN_NAME.py … -->";
                faults.push(page.fault(note.line, usage));
            }
            for name in names {
                let prefix = format!("ch{number}_");
                if seen.insert(name.clone()) && !name.starts_with(&prefix) {
                    let words =
                        format!("`{name}` is named here first, so it should begin with `{prefix}`");
                    faults.push(page.fault(note.line, &words));
                }
                if !book.root.join(PROBES).join(name).is_file() {
                    let words = format!("there is no {PROBES}/{name}");
                    faults.push(page.fault(note.line, &words));
                }
            }
        }
    }
    for file in files_below(&book.root, Path::new(PROBES), "py") {
        let name = file.strip_prefix(PROBES).unwrap_or(&file).to_string_lossy();
        let named = seen.contains(name.as_ref());
        let source = fs::read_to_string(book.root.join(&file)).unwrap_or_default();
        let claim = source.lines().next().unwrap_or_default();
        for (is_right, words) in [
            (named, "no note names this probe"),
            (
                claim.starts_with("\"\"\"") && claim.ends_with(".\"\"\""),
                "its first line should be a docstring that says in one sentence what it shows",
            ),
            (source.contains("assert "), "it asserts nothing"),
        ] {
            if !is_right {
                faults.push(format!("{}: {words}", file.display()));
            }
        }
    }
    faults
}

/// Every rule names tests that stand for it on every runtime, or says itself where it holds.
pub fn rules(book: &Book) -> Vec<String> {
    let mut faults = Vec::new();
    for (_, page) in lessons(book) {
        for rule in &page.claims.rules {
            let tests = rule.marker.as_ref().map_or(&[][..], |it| &it.words);
            if tests.is_empty() {
                let words = format!(
                    "no marker above this paragraph names the test of **{}**: \
                     <!-- rule: TESTFILE::function … --> (a bold term has at most three words)",
                    rule.words
                );
                faults.push(page.fault(rule.line, &words));
            }
            let says_where = RUNTIMES.iter().any(|runtime| rule.words.contains(runtime));
            let wrong = tests
                .iter()
                .filter_map(|test| stands_for(book, test, says_where).err());
            faults.extend(wrong.map(|words| page.fault(rule.line, &words)));
        }
    }
    faults
}

/// The faults without those of chapters that are `not_yet` marked. A chapter that has none any
/// more must leave that list.
pub fn excusing(not_yet: &[&str], mut faults: Vec<String>) -> Vec<String> {
    let mut ready = Vec::new();
    for chapter in not_yet {
        let place = format!("chapters/{chapter}/README.md:");
        let before = faults.len();
        faults.retain(|fault| !fault.starts_with(&place));
        if faults.len() == before {
            ready.push(format!(
                "chapters/{chapter} has no fault: take it off the list in tests/book/main.rs"
            ));
        }
    }
    faults.extend(ready);
    faults
}

/// The chapters' pages with their numbers, in order.
fn lessons(book: &Book) -> impl Iterator<Item = (&str, &Page)> {
    book.pages.iter().filter_map(|page| {
        let folder = page.path.strip_prefix("chapters").ok()?.parent()?;
        Some((chapter_number(folder.to_str()?, "ch")?, page))
    })
}

fn stands_for(book: &Book, path: &str, says_where: bool) -> Result<(), String> {
    let (file, function) = path
        .split_once("::")
        .ok_or_else(|| format!("`{path}` should be TESTFILE::function"))?;
    let file = format!("tests/{file}.rs");
    let source = fs::read_to_string(book.root.join(&file))
        .map_err(|_| format!("`{path}`: there is no {file}"))?;
    let test = test(&source, function)
        .ok_or_else(|| format!("`{path}`: {file} has no such test, or ignores it"))?;
    let code = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    let on_both = test
        .iter()
        .any(|line| code(line).contains("on_both_runtimes("));
    if on_both || says_where {
        return Ok(());
    }
    Err(format!(
        "`{path}` does not call `on_both_runtimes`; or, if the rule holds on some runtimes only, \
         its bold words should say on which ({})",
        RUNTIMES.join(", ")
    ))
}
