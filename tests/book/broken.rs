//! Breaks a small book in every way and reads what the checks say.

use std::{fs, path::Path, time::Duration};

use tempfile::TempDir;

use crate::{
    PATIENCE,
    book::Book,
    checks,
    excerpt::excerpt,
    faults, kept, left_out, proofs, python,
    runner::{Ran, Runner, Target},
    update,
};

const SOURCE: &str = r#"//! Breakfast.

use std::fmt;

const TOASTS: u32 = 2; // both for me

/// Docs are left out.
#[derive(
    Clone, Debug,
)]
// Comments are not.
pub struct Kitchen {
    toasts: u32,
}

impl Kitchen {
    /// Opens.
    #[must_use]
    pub const fn open() -> Self {
        Self { toasts: TOASTS }
    }

    async fn fmt(&self) {
        // ANCHOR: loop
        for _ in 0..self.toasts {
            toast().await;
        }
        // ANCHOR_END: loop
    }

    fn close(self) {}
}

impl<T: Fn() -> u32> From<T> for Kitchen {
    fn from(toasts: T) -> Self {
        Self { toasts: toasts() }
    }
}

impl fmt::Display for Kitchen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "kitchen")
    }
}

pub(crate) async fn toast<T>()
where
    T: Clone,
{
}

/// Cuts bread.
pub trait Slice<T>: Sized
where
    T: Clone,
{
    /// One.
    fn cut(&self) -> T;
}
"#;

const LESSON: &str = "\
# 1. Breakfast

<!-- code: breakfast.rs TOASTS #loop -->
```rust
```

```console
$ cargo run -q --example ch01_breakfast -- --virtual | tail -n 1
```

<!-- compiler: wrong/late.rs -->
```text
```

<!-- timeline: ch01_breakfast --width 60 -->
![breakfast](timelines/breakfast.svg)
";

const FILLED: &str = "\
# 1. Breakfast

<!-- code: breakfast.rs TOASTS #loop -->
```rust
const TOASTS: u32 = 2; // both for me

for _ in 0..self.toasts {
    toast().await;
}
```

```console
$ cargo run -q --example ch01_breakfast -- --virtual | tail -n 1
took 3 s
burnt
[exit code 1]
```

<!-- compiler: wrong/late.rs -->
```text
error: late
```

<!-- timeline: ch01_breakfast --width 60 -->
![breakfast](timelines/breakfast.svg)
";

/// Stands below the lesson.
const CLAIMS: &str = "
A **golden toast** is a term. In a table bold words are a head:

| what | when |
| --- | --- |
| **it is burnt by now** | late |

<!-- rule: ch01_await::toast_burns -->
<!-- rule: ch01_await::nobody_watches ch01_await::toast_burns -->
- **what is toasted too
  long burns**, and
- **on one thread, nobody watches.**

<!-- probe: ch01_toast.py -->
*Coming from asyncio:* it burns there too.
";

const TESTS: &str = "
#[test]
fn toast_burns() {
    stage::on_both_runtimes(toast);
}

#[test]
fn nobody_watches() {
    record(toast()); // not on_both_runtimes()
}

#[test]
#[ignore = \"it burns\"]
fn nobody_looks() {
    on_both_runtimes(toast);
}

fn toast() {
    on_both_runtimes(toast);
}
";

const PROBE: &str = r#""""Toast burns."""

assert 1 + 1 == 2
"#;

const PROBE_PATH: &str = "tests/asyncio/ch01_toast.py";
const LESSON_PATH: &str = "chapters/ch01_await/README.md";
const PICTURE_PATH: &str = "chapters/ch01_await/timelines/breakfast.svg";

/// Answers as cargo and the compiler would.
struct Told;

impl Runner for Told {
    fn targets(&self) -> Vec<Target> {
        let target = |kind: &str, name: &str| Target {
            kind: kind.into(),
            name: name.into(),
            package: "house".into(),
            source: Path::new(env!("CARGO_MANIFEST_DIR")).join("book/broken.rs"),
        };
        vec![
            target("example", "ch01_breakfast"),
            target("test", "ch01_await"),
        ]
    }

    fn example(&self, name: &str, arguments: &[&str]) -> Result<Ran, String> {
        assert_eq!((name, arguments), ("ch01_breakfast", &["--virtual"][..]));
        Ok(Ran {
            stdout: "golden\ntook 3 s\n".into(),
            stderr: "burnt\n".into(),
            code: 1,
        })
    }

    fn picture(&self, example: &str, arguments: &[&str]) -> Result<String, String> {
        Ok(format!("<svg>{example} {}</svg>\n", arguments.join(" ")))
    }

    fn compiler(&self, folder: &Path, file: &str) -> Result<Option<String>, String> {
        assert!(folder.ends_with("chapters/ch01_await"));
        assert_eq!(file, "wrong/late.rs");
        Ok(Some("error: late\n\n".into()))
    }
}

/// A book with one true chapter.
struct Shelf(TempDir);

impl Shelf {
    fn new() -> Self {
        let shelf = Self(tempfile::tempdir().expect("there is room for a small book"));
        shelf.write("README.md", "[one](chapters/ch01_await/README.md)");
        shelf.write("chapters/SUMMARY.md", "[one](ch01_await/README.md)");
        shelf.write("chapters/ch01_await/breakfast.rs", SOURCE);
        shelf.write(LESSON_PATH, &format!("{LESSON}{CLAIMS}"));
        shelf.write("tests/ch01_await.rs", TESTS);
        shelf.write(PROBE_PATH, PROBE);
        update(&shelf.open());
        shelf
    }

    fn open(&self) -> Book {
        Book::open(self.0.path(), Box::new(Told))
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.path().join(path)).unwrap_or_default()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }

    fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no '{from}'");
        self.write(path, &text.replace(from, to));
    }
}

/// All faults of a book after one edit.
fn after(path: &str, from: &str, to: &str) -> Vec<String> {
    let shelf = Shelf::new();
    shelf.edit(path, from, to);
    all_faults(&shelf.open())
}

fn all_faults(book: &Book) -> Vec<String> {
    let kinds = [
        faults(kept::excerpts(book)),
        faults(kept::consoles(book)),
        faults(kept::compiler_messages(book)),
        faults(kept::timelines(book)),
        checks::markers(book),
        checks::links(book),
        checks::commands(book),
        checks::targets(book),
        checks::doors(book),
        proofs::probes(book),
        proofs::rules(book),
    ];
    kinds.concat()
}

#[track_caller]
fn assert_one(faults: &[String], parts: &[&str]) {
    let [fault] = faults else {
        panic!("expected one fault, not {faults:#?}");
    };
    for part in parts {
        assert!(fault.contains(part), "'{part}' is missing in: {fault}");
    }
}

#[test]
fn an_update_fills_the_book_and_leaves_no_fault() {
    let shelf = Shelf::new();
    assert_eq!(shelf.read(LESSON_PATH), format!("{FILLED}{CLAIMS}"));
    assert_eq!(
        shelf.read(PICTURE_PATH),
        "<svg>ch01_breakfast --width 60</svg>\n"
    );
    assert_eq!(all_faults(&shelf.open()), Vec::<String>::new());
}

#[test]
fn a_changed_source_is_noticed() {
    let faults = after("chapters/ch01_await/breakfast.rs", "= 2;", "= 3;");
    let place = format!("{LESSON_PATH}:4: ");
    assert_one(
        &faults,
        &[&place, "-const TOASTS: u32 = 2;", "+const TOASTS: u32 = 3;"],
    );
}

#[test]
fn changed_output_is_noticed() {
    let faults = after(LESSON_PATH, "took 3 s", "took 2 s");
    let place = format!("{LESSON_PATH}:12: ");
    assert_one(&faults, &[&place, "-took 2 s", "+took 3 s"]);
}

#[test]
fn a_changed_message_is_noticed() {
    let faults = after(LESSON_PATH, "error: late", "error: early");
    let place = format!("{LESSON_PATH}:20: ");
    assert_one(&faults, &[&place, "-error: early", "+error: late"]);
}

#[test]
fn a_changed_picture_is_noticed() {
    let faults = after(PICTURE_PATH, "60", "70");
    let place = format!("{LESSON_PATH}:25: ");
    let (old, new) = (
        "-<svg>ch01_breakfast --width 70",
        "+<svg>ch01_breakfast --width 60",
    );
    assert_one(&faults, &[&place, PICTURE_PATH, old, new]);
}

#[test]
fn what_nobody_keeps_true_is_refused() {
    let marked = "<!-- code: breakfast.rs TOASTS #loop -->\n";
    assert_one(
        &after(LESSON_PATH, marked, ""),
        &["README.md:3: every `rust` block needs"],
    );
    let command = "-- --virtual | tail";
    assert_one(
        &after(LESSON_PATH, command, "| tail"),
        &[":12: ", "cannot be replayed"],
    );
    let shelf = Shelf::new();
    shelf.edit(
        LESSON_PATH,
        "<!-- timeline: ch01_breakfast --width 60 -->\n",
        "",
    );
    let faults = all_faults(&shelf.open());
    assert!(
        faults[0].contains(":24: no marker says which example"),
        "{faults:?}"
    );
    assert!(
        faults[1].contains("breakfast.svg: no page shows"),
        "{faults:?}"
    );
}

#[test]
fn what_was_measured_is_left_alone() {
    let shelf = Shelf::new();
    let figures = "<!-- measured: speed -->\n| wait |\n| --- |\n| 3 s |\n\n\
                   <!-- measured: growth -->\n![growth](growth.svg)\n";
    shelf.write("chapters/benchmarks.md", figures);
    shelf.write("chapters/growth.svg", "<svg>growth</svg>");
    assert_eq!(all_faults(&shelf.open()), Vec::<String>::new());
    shelf.edit("chapters/benchmarks.md", "![growth](growth.svg)", "gone");
    assert_eq!(
        all_faults(&shelf.open()),
        [
            "chapters/growth.svg: no page shows this picture",
            "chapters/benchmarks.md:6: below this marker `measured:` stands nothing to fill",
        ]
    );
}

#[test]
fn stray_markers_are_noticed() {
    let faults = after(LESSON_PATH, "# 1.", "<!-- timeline: x -->\n# 1.");
    assert_one(
        &faults,
        &["README.md:1: below this marker `timeline:` stands nothing"],
    );
    let faults = after(LESSON_PATH, "```text\nerror: late\n", "```sh\n");
    assert_one(
        &faults,
        &["README.md:19: a marker `compiler:` cannot fill a sh block"],
    );
    let faults = after(
        LESSON_PATH,
        "<!-- compiler: wrong/late.rs -->",
        "<!-- measured: x -->",
    );
    assert_one(
        &faults,
        &["README.md:19: a marker `measured:` cannot fill a text block"],
    );
}

#[test]
fn lost_links_commands_paths_and_doors_are_noticed() {
    for (words, fault) in [
        ("[a](nowhere.md)", "<nowhere.md> leads nowhere"),
        ("[a](#2-lunch)", "has no heading #2-lunch"),
        ("[a](../../README.md)", "leaves chapters/"),
        ("[a][b]", "nothing defines the link [b]"),
        ("[a](http://example.org)", "not a well-formed https address"),
        ("`cargo run --example lunch`", "there is no example `lunch`"),
        (
            "`cargo test --test ch01_await lunch`",
            "`lunch` selects nothing in test",
        ),
        ("`tests/lunch.rs`", "`tests/lunch.rs` does not exist"),
        (
            "```sh\nX=1 cargo test --test lunch\n```",
            ":4: `X=1 cargo test --test lunch`: there is no test",
        ),
    ] {
        let faults = after(
            LESSON_PATH,
            "# 1. Breakfast\n",
            &format!("# 1. Breakfast\n\n{words}\n"),
        );
        assert_one(&faults, &[LESSON_PATH, fault]);
    }
    for fine in [
        "`cargo test --test ch01_await links`",
        "[a](#1-breakfast)",
        "`cargo test --test NAME`",
    ] {
        let faults = after(
            LESSON_PATH,
            "# 1. Breakfast\n",
            &format!("# 1. Breakfast\n\n{fine}\n"),
        );
        assert_eq!(faults, Vec::<String>::new());
    }
    let faults = after("chapters/SUMMARY.md", "[one](ch01_await/README.md)", "");
    assert_one(
        &faults,
        &["chapters/SUMMARY.md: has no link to chapters/ch01_await/README.md"],
    );
    let faults = after(LESSON_PATH, FILLED, "# 1. Breakfast\n");
    assert!(
        faults
            .iter()
            .any(|it| it.contains("does not mention the example `ch01_breakfast`"))
    );
}

#[test]
fn what_is_never_built_is_noticed() {
    let shelf = Shelf::new();
    shelf.write("examples/ch01_breakfast.rs", "fn main() {}");
    shelf.write("tests/lib.rs", "");
    assert_eq!(all_faults(&shelf.open()), Vec::<String>::new());
    shelf.write("examples/ch01_lunch.rs", "fn main() {}");
    assert_one(
        &all_faults(&shelf.open()),
        &["examples/ch01_lunch.rs: no Cargo.toml lists it"],
    );
    // A folder is one if it can be run.
    let shelf = Shelf::new();
    shelf.write("examples/ch01_breakfast/main.rs", "fn main() {}");
    shelf.write("examples/shared/flags.rs", "");
    assert_eq!(all_faults(&shelf.open()), Vec::<String>::new());
    shelf.write("examples/ch01_lunch/main.rs", "fn main() {}");
    assert_one(
        &all_faults(&shelf.open()),
        &["examples/ch01_lunch: no Cargo.toml lists it"],
    );
}

#[test]
fn notes_without_proof_are_noticed() {
    let marker = "<!-- probe: ch01_toast.py -->";
    let words = "*Coming from asyncio:*";
    let faults = after(LESSON_PATH, marker, "");
    assert!(faults[0].contains("README.md:40: no marker above this note"));
    assert_one(
        &faults[1..],
        &["tests/asyncio/ch01_toast.py: no note names this probe"],
    );
    for (path, from, to, fault) in [
        (
            LESSON_PATH,
            "ch01_toast.py",
            "ch01_toast.py ch01_jam.py",
            "README.md:40: there is no tests/asyncio/ch01_jam.py",
        ),
        (
            LESSON_PATH,
            marker,
            "<!-- probe: -->\n<!-- probe: ch01_toast.py -->",
            "README.md:41: no marker above this note",
        ),
        (
            LESSON_PATH,
            words,
            "*Coming from threads:*",
            "README.md:39: below this marker `probe:` stands no note",
        ),
        (
            LESSON_PATH,
            words,
            "Not this.\n\n*Coming from asyncio:*",
            "README.md:42: no marker above this note",
        ),
        (
            PROBE_PATH,
            "burns.",
            "burns",
            "ch01_toast.py: its first line should be a docstring",
        ),
        (
            PROBE_PATH,
            "assert",
            "print",
            "ch01_toast.py: it asserts nothing",
        ),
    ] {
        let faults = after(path, from, to);
        assert!(faults.iter().any(|it| it.contains(fault)), "{faults:#?}");
    }
    // Another chapter's probe may be named again, but not first.
    let shelf = Shelf::new();
    let lesson = format!("# 2. Lunch\n\n{marker}\n{words} the same.\n");
    shelf.write("chapters/ch02_lunch/README.md", &lesson);
    assert_eq!(proofs::probes(&shelf.open()), Vec::<String>::new());
    shelf.edit(LESSON_PATH, &format!("{marker}\n{words}"), "Or not:");
    assert_one(
        &proofs::probes(&shelf.open()),
        &["ch02_lunch/README.md:4: `ch01_toast.py` is named here first"],
    );
}

#[test]
fn rules_without_proof_are_noticed() {
    let second = "ch01_await::nobody_watches ch01_await::toast_burns";
    for (from, to, fault) in [
        (
            "<!-- rule: ch01_await::nobody_watches ch01_await::toast_burns -->\n",
            "",
            "README.md:36: no marker above this paragraph names the test of **on one thread,",
        ),
        (
            "golden toast",
            "toast is golden.",
            "README.md:27: no marker above this paragraph names the test of **toast is golden.**",
        ),
        (
            "golden toast",
            "toast is not bread",
            "README.md:27: no marker above this paragraph names the test of **toast is not bread**",
        ),
        (
            "**on one thread, nobody watches.**",
            "nobody watches.",
            "README.md:34: below this marker `rule:` stands no sentence in bold",
        ),
        (
            "on one thread, nobody",
            "and there nobody",
            "README.md:37: `ch01_await::nobody_watches` does not call `on_both_runtimes`",
        ),
        (
            second,
            "ch01_await::toast",
            "`ch01_await::toast`: tests/ch01_await.rs has no such test",
        ),
        (
            second,
            "ch01_await::nobody_looks",
            "`ch01_await::nobody_looks`: tests/ch01_await.rs has no such test, or ignores it",
        ),
        (second, "ch09::toast", "there is no tests/ch09.rs"),
        (
            second,
            "nobody_watches",
            "`nobody_watches` should be TESTFILE::function",
        ),
    ] {
        assert_one(&after(LESSON_PATH, from, to), &[fault]);
    }
}

#[test]
fn a_chapter_is_excused_until_it_is_marked() {
    let faults = after(LESSON_PATH, "ch01_toast.py", "ch01_jam.py");
    assert_eq!(
        &proofs::excusing(&["ch01_await"], faults.clone())[..],
        &faults[1..]
    );
    assert_eq!(proofs::excusing(&[], faults.clone()), faults);
    let rotten = proofs::excusing(&["ch01_await", "ch02_lunch"], faults.clone());
    assert_one(
        &rotten[1..],
        &["chapters/ch02_lunch has no fault: take it off the list"],
    );
}

#[tokio::test]
async fn false_probes_are_noticed() {
    let shelf = Shelf::new();
    for (name, code) in [
        ("ch01_false", "assert 1 + 1 == 3, 'sums'"),
        (
            "ch01_isolated",
            "import sys\nassert sys.flags.no_site and not sys.flags.optimize",
        ),
        (
            "ch01_not_awaited",
            "import asyncio\nassert asyncio.sleep(0)",
        ),
        ("ch01_silent", "raise SystemExit(3)"),
    ] {
        shelf.write(&format!("tests/asyncio/{name}.py"), code);
    }
    let Some(faults) = python::faults(shelf.0.path(), proofs::PROBES, PATIENCE).await else {
        return left_out("what is said of false probes");
    };
    let [wrong, noisy, silent] = &faults[..] else {
        panic!("expected three faults, not {faults:#?}");
    };
    assert!(wrong.starts_with("tests/asyncio/ch01_false.py: exit status: 1"));
    assert!(wrong.ends_with("AssertionError: sums"), "{wrong}");
    assert!(noisy.contains("was never awaited"), "{noisy}");
    assert!(silent.ends_with("exit status: 3"), "{silent}");
}

#[tokio::test]
async fn a_probe_that_never_ends_is_killed() {
    let shelf = Shelf::new();
    shelf.write(PROBE_PATH, "import time\ntime.sleep(60)");
    let patience = Duration::from_millis(100);
    let Some(faults) = python::faults(shelf.0.path(), proofs::PROBES, patience).await else {
        return left_out("what is said of endless probes");
    };
    assert_one(&faults, &["ch01_toast.py: has not ended after 100ms"]);
}

#[test]
fn items_are_found_in_source() {
    let show = |words: &str| {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        excerpt(SOURCE, &words)
    };
    let kitchen = "#[derive(\n    Clone, Debug,\n)]\n// Comments are not.\npub struct Kitchen {\n    toasts: u32,\n}\n";
    assert_eq!(show("Kitchen"), Ok(kitchen.into()));
    let open = "    #[must_use]\n    pub const fn open() -> Self {\n        Self { toasts: TOASTS }\n    }\n";
    let in_kitchen = |members: &str| format!("impl Kitchen {{\n{members}}}\n");
    assert_eq!(show("Kitchen::open"), Ok(in_kitchen(open)));
    let close = "    fn close(self) {}\n";
    assert_eq!(
        show("Kitchen::open Kitchen::close"),
        Ok(in_kitchen(&format!("{open}\n{close}")))
    );
    // In the order in which they are named, and only neighbours together.
    assert_eq!(
        show("Kitchen::close TOASTS Kitchen::open"),
        Ok([
            in_kitchen(close),
            "const TOASTS: u32 = 2; // both for me\n".into(),
            in_kitchen(open)
        ]
        .join("\n"))
    );
    let from = "impl<T: Fn() -> u32> From<T> for Kitchen {\n    fn from(toasts: T) -> Self {\n        \
                Self { toasts: toasts() }\n    }\n}\n";
    assert_eq!(show("Kitchen::from"), Ok(from.into()));
    let cut = "pub trait Slice<T>: Sized\nwhere\n    T: Clone,\n{\n    fn cut(&self) -> T;\n}\n";
    assert_eq!(show("Slice::cut"), Ok(cut.into()));
    let toast = "pub(crate) async fn toast<T>()\nwhere\n    T: Clone,\n{\n}\n";
    assert_eq!(show("toast"), Ok(toast.into()));
    let from = show("impl From for Kitchen").unwrap_or_default();
    assert!(from.starts_with("impl<T: Fn() -> u32> From<T> for Kitchen {\n    fn from"));
    let inherent = show("impl Kitchen").unwrap_or_default();
    assert!(inherent.ends_with("    fn close(self) {}\n}\n") && !inherent.contains("ANCHOR"));
    let twice = "the file has 2 items `Kitchen::fmt`; mark the one you mean with an anchor";
    assert_eq!(show("Kitchen::fmt"), Err(twice.into()));
    assert_eq!(show("open"), Err("the file has no item `open`".into()));
    assert_eq!(
        show("#end"),
        Err("the file has no line `// ANCHOR: end`".into())
    );
}
