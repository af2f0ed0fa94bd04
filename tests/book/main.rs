//! Keeps the book true: nothing it shows or names may differ from what is there.
//!
//! `UPDATE_BOOK=1 cargo test --test book` rewrites code, output and pictures.

mod book;
mod broken;
mod checks;
mod claim;
mod excerpt;
mod kept;
mod markdown;
mod page;
mod proofs;
mod python;
mod runner;

use std::{
    env,
    io::{self, Write},
    path::Path,
    sync::LazyLock,
    time::Duration,
};

use book::{Book, Kept};
use kept::Found;
use runner::Cargo;

/// Chapters whose notes on asyncio do not all have a probe yet.
const NOT_YET_PROBED: [&str; 0] = [];

/// Chapters whose rules do not all have a test on every runtime yet.
const NOT_YET_RULED: [&str; 0] = [];

/// A probe takes a tenth of a second; this is for a machine that is very busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// This repository's book, brought up to date first if that is asked for: before any test reads
/// it, and only once.
static BOOK: LazyLock<Book> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let root = root.expect("the tests lie in the workspace");
    let open = || Book::open(root, Box::new(Cargo::at(root)));
    let book = open();
    if env::var_os("UPDATE_BOOK").is_none() {
        return book;
    }
    update(&book);
    open()
});

fn update(book: &Book) {
    let kinds = [
        kept::excerpts(book),
        kept::consoles(book),
        kept::compiler_messages(book),
        kept::timelines(book),
    ];
    let known = kinds.into_iter().flatten().filter_map(Result::ok);
    let stale: Vec<Kept> = known.filter(|part| part.fault().is_some()).collect();
    book.rewrite(stale).expect("the book can be written");
}

/// Those parts that differ from the truth, or of which it cannot be found out.
fn faults(found: Found) -> Vec<String> {
    let fault = |part: Result<Kept, String>| part.map_or_else(Some, |part| part.fault());
    found.into_iter().filter_map(fault).collect()
}

#[track_caller]
fn assert_none(faults: &[String]) {
    assert!(
        faults.is_empty(),
        "\n\n{}\n\n(`UPDATE_BOOK=1 cargo test --test book` rewrites code, output and pictures)\n",
        faults.join("\n\n")
    );
}

#[test]
fn excerpts_show_the_source() {
    assert_none(&faults(kept::excerpts(&BOOK)));
}

#[test]
fn consoles_show_what_is_printed() {
    assert_none(&faults(kept::consoles(&BOOK)));
}

#[test]
fn messages_are_the_compilers() {
    assert_none(&faults(kept::compiler_messages(&BOOK)));
}

#[test]
fn timelines_are_drawn_by_examples() {
    assert_none(&faults(kept::timelines(&BOOK)));
}

#[test]
fn markers_stand_before_what_they_fill() {
    assert_none(&checks::markers(&BOOK));
}

#[test]
fn links_lead_somewhere() {
    assert_none(&checks::links(&BOOK));
}

#[test]
fn commands_and_paths_exist() {
    assert_none(&checks::commands(&BOOK));
}

#[test]
fn examples_tests_and_benches_are_built() {
    assert_none(&checks::targets(&BOOK));
}

#[test]
fn doors_are_announced() {
    assert_none(&checks::doors(&BOOK));
}

#[test]
fn notes_on_asyncio_have_probes() {
    assert_none(&proofs::excusing(&NOT_YET_PROBED, proofs::probes(&BOOK)));
}

#[test]
fn rules_have_tests() {
    assert_none(&proofs::excusing(&NOT_YET_RULED, proofs::rules(&BOOK)));
}

#[tokio::test]
async fn probes_show_what_python_does() {
    match python::faults(&BOOK.root, proofs::PROBES, PATIENCE).await {
        Some(faults) => assert_none(&faults),
        None => left_out("what the notes on asyncio say"),
    }
}

/// Says that there is no Python. Not by `eprintln!`, which is not shown of tests that pass.
fn left_out(what: &str) {
    let words = format!("left out: {what}, for there is no python3 of version 3.11 or newer\n");
    io::stderr()
        .write_all(words.as_bytes())
        .expect("stderr is open");
}
