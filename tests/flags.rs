//! The flags of every example, from outside: what is printed, what is written, how it ends.

use std::{
    fs,
    process::Output,
    time::{Duration, Instant},
};

use async_workbook_tests::{example, examples};
use serde_json::Value;

/// Runs `ch01_fetches` on the virtual clock.
fn fetches(flags: &[&str]) -> Output {
    run("ch01_fetches", flags)
}

fn run(name: &str, flags: &[&str]) -> Output {
    let mut example = example(name);
    example.arg("--virtual").args(flags).env_remove("NO_COLOR");
    example.output().expect("the example runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// One line on standard error with all of these words, nothing on standard output, exit code 2.
fn is_refused(output: &Output, words: &[&str]) {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(words.iter().all(|word| said.contains(word)), "{said}");
    assert!(output.stdout.is_empty());
}

#[test]
fn unknown_flags_and_bad_values_are_named_and_refused() {
    is_refused(&fetches(&["--fast"]), &["--fast"]);
    is_refused(&fetches(&["later"]), &["later"]);
    is_refused(&fetches(&["--width"]), &["--width"]);
    for width in ["0", "39", "1001", "-80", "wide", "", "99999999999999999999"] {
        let quoted = format!("'{width}'");
        let output = fetches(&[&format!("--width={width}")]);
        is_refused(&output, &["--width", &quoted, "40", "1000"]);
    }
    is_refused(&fetches(&["--svg"]), &["--svg"]);
    is_refused(&fetches(&["--virtual=yes"]), &["--virtual"]);
}

#[test]
fn help_names_every_flag() {
    let output = fetches(&["--help"]);
    assert!(output.status.success());
    let help = text(&output.stdout);
    for flag in [
        "--virtual",
        "--svg",
        "--trace",
        "--width",
        "--no-timeline",
        "--help",
    ] {
        assert!(help.contains(flag), "{help}");
    }
    assert!(help.starts_with("Usage: ch01_fetches"), "{help}");
}

#[test]
fn width_holds_and_no_timeline_draws_none() {
    let widest = |flags: &[&str]| {
        let said = text(&fetches(flags).stdout);
        said.lines().map(|line| line.chars().count()).max().unwrap()
    };
    assert_eq!(widest(&[]), 80);
    assert_eq!(widest(&["--width", "120"]), 120);
    assert!(!text(&fetches(&["--no-timeline"]).stdout).contains('█'));
}

#[test]
fn there_is_no_colour_where_no_terminal_is() {
    assert!(!text(&fetches(&[]).stdout).contains('\x1b'));
}

#[test]
fn the_same_story_is_told_in_the_same_words() {
    let folder = tempfile::tempdir().unwrap();
    let svg = folder.path().join("a.svg");
    let trace = folder.path().join("a.json");
    let tell = || {
        let flags = [
            "--svg",
            svg.to_str().unwrap(),
            "--trace",
            trace.to_str().unwrap(),
        ];
        let output = fetches(&flags);
        assert!(output.status.success());
        (
            output.stdout,
            fs::read(&svg).unwrap(),
            fs::read(&trace).unwrap(),
        )
    };
    let first = tell();
    assert!(tell() == first);
}

#[test]
fn a_file_that_cannot_be_written_is_told_after_the_story() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("missing").join("a.svg");
    let nowhere = nowhere.to_str().unwrap();
    let output = fetches(&["--svg", nowhere, "--trace", nowhere]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(said.lines().count(), 2, "{said}");
    assert!(
        said.lines()
            .all(|line| line.contains(nowhere) && line.contains("No such file"))
    );
    assert_eq!(output.stdout, fetches(&[]).stdout);
}

/// Perfetto asks for these fields; times are in microseconds.
#[test]
fn a_trace_holds_every_act_lane_and_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.json");
    fetches(&["--trace", path.to_str().unwrap()]);
    let trace: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    let count = |phase: &str, name: &str| {
        let is = |event: &&Value| event["ph"] == phase && event["name"] == name;
        events.iter().filter(is).count()
    };
    assert_eq!(count("M", "process_name"), 3);
    assert_eq!(count("M", "thread_name"), 9);
    assert_eq!(count("X", "fetch 2"), 3);
    assert_eq!(count("i", "answered"), 9);
    let blocked = |event: &&Value| event["name"] == "running" && event["dur"] == 1e6;
    assert_eq!(events.iter().filter(blocked).count(), 3);
}

#[test]
fn a_picture_is_well_formed_and_its_text_is_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture.svg");
    fetches(&["--svg", path.to_str().unwrap()]);
    let svg = fs::read_to_string(path).unwrap();
    assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>\n"));
    assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
    assert_eq!(svg.matches(">fetch 2</text>").count(), 3);
    assert!(svg.contains("prefers-color-scheme:dark"));
    assert!(!svg.contains("http:") || svg.matches("http:").count() == 1);
}

#[test]
fn a_reader_who_leaves_early_is_no_error() {
    use std::process::Stdio;
    let mut example = example("ch01_sites");
    let child = example
        .arg("--virtual")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = child.spawn().expect("the example runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the example ends");
    assert_eq!(text(&output.stderr), "");
    assert!(output.status.success());
}

/// Every example of the chapters, as a reader would try them one after the other.
#[test]
fn every_example_is_over_at_once_on_the_virtual_clock() {
    let names = examples()
        .unwrap()
        .keys()
        .filter(|name| name.starts_with("ch"));
    for name in names {
        let before = Instant::now();
        let output = run(name, &[]);
        assert!(output.status.success(), "{name}: {}", text(&output.stderr));
        // Time enough to compute on a busy machine, and too little to wait for anything.
        assert!(before.elapsed() < Duration::from_secs(2), "{name}");
    }
}
