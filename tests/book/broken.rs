//! Breaks a small book in every way and reads what the checks say.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::{
    book::Book,
    checks,
    excerpt::excerpt,
    faults, kept,
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
        shelf.write(LESSON_PATH, LESSON);
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
    assert_eq!(shelf.read(LESSON_PATH), FILLED);
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
fn items_are_found_in_source() {
    let show = |words: &str| {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        excerpt(SOURCE, &words)
    };
    let kitchen = "#[derive(\n    Clone, Debug,\n)]\n// Comments are not.\npub struct Kitchen {\n    toasts: u32,\n}\n";
    assert_eq!(show("Kitchen"), Ok(kitchen.into()));
    let open = "#[must_use]\npub const fn open() -> Self {\n    Self { toasts: TOASTS }\n}\n";
    assert_eq!(show("Kitchen::open"), Ok(open.into()));
    let toast = "pub(crate) async fn toast<T>()\nwhere\n    T: Clone,\n{\n}\n";
    assert_eq!(show("toast"), Ok(toast.into()));
    let from = show("impl From for Kitchen").unwrap_or_default();
    assert!(from.starts_with("impl<T: Fn() -> u32> From<T> for Kitchen {\n    fn from"));
    let inherent = show("impl Kitchen").unwrap_or_default();
    assert!(inherent.ends_with("    }\n}\n") && !inherent.contains("ANCHOR"));
    let twice = "the file has 2 items `Kitchen::fmt`; mark the one you mean with an anchor";
    assert_eq!(show("Kitchen::fmt"), Err(twice.into()));
    assert_eq!(show("open"), Err("the file has no item `open`".into()));
    assert_eq!(
        show("#end"),
        Err("the file has no line `// ANCHOR: end`".into())
    );
}
