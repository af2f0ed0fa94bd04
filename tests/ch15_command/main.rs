//! `group_verification` as people call it.

#[cfg(target_os = "linux")]
mod full_disk;
#[cfg(unix)]
mod onebot;
mod outputs;
#[cfg(unix)]
mod signals;
#[cfg(unix)]
mod terminal;
mod worlds;

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Output},
};

use async_workbook_tests::example;
use serde_json::Value;

/// A small world, over in a moment.
const SMALL: &str = "simulate --groups 2 --members 3 --days 1 --json";

fn command(arguments: &str) -> Command {
    let mut command = example("group_verification");
    command.args(arguments.split_whitespace());
    command
}

fn run(arguments: &str) -> Output {
    command(arguments).output().unwrap()
}

/// In a folder, so that paths can be short.
fn run_in(folder: &Path, arguments: &str) -> Output {
    command(arguments).current_dir(folder).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// One line on standard error with these words, nothing on standard output.
#[track_caller]
fn ends_with(output: &Output, code: i32, words: &str) {
    let said = said(output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(said.contains(words), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(output.stdout.is_empty(), "{output:?}");
}

/// The names of what is in a folder.
fn names(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let names = fs::read_dir(folder).unwrap().map(name);
    let mut names: Vec<_> = names.map(|it| it.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn json(arguments: &str) -> Value {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments}: {output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn command_simulate_counts_everybody_once() {
    let json = json("simulate --groups 5 --days 2 --seed 4 --json");
    let statuses = [
        "verified",
        "unmuted_by_admin",
        "left",
        "kicked_by_admin",
        "kicked_by_timeout",
        "pending",
    ];
    let sum: u64 = statuses
        .iter()
        .map(|name| json[name].as_u64().unwrap())
        .sum();
    assert_eq!(json["joined"], sum);
    assert_eq!((&json["groups"], &json["seed"]), (&5.into(), &4.into()));
    assert_eq!(json["simulated_s"], 2.0 * 86_400.0);
    assert!(json["calls"].as_u64() > json["call_errors"].as_u64());
    assert!(json["warnings_delivered"].as_u64() > Some(0));
}

#[test]
fn command_simulate_writes_the_same_transcript_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let mut transcripts = BTreeSet::new();
    let mut digests = BTreeSet::new();
    let on_disk = format!("sqlite:{}", path("store"));
    for (run, store) in ["memory", "memory", &on_disk].into_iter().enumerate() {
        let file = path(&run.to_string());
        let flags = "simulate --groups 4 --days 2 --json";
        let json = json(&format!("{flags} --store {store} --transcript {file}"));
        digests.insert(json["transcript_digest"].to_string());
        transcripts.insert(fs::read(file).unwrap());
    }
    assert_eq!((transcripts.len(), digests.len()), (1, 1));
    assert!(transcripts.first().unwrap().len() > 10_000);

    // The store can be looked into, and goes on where it was: here, at its end.
    let inspected = json(&format!("inspect --store {on_disk} --json"));
    assert_eq!(inspected["groups"].as_array().unwrap().len(), 4);
    let again = json(&format!(
        "simulate --groups 4 --days 2 --json --store {on_disk}"
    ));
    assert!(digests.contains(&again["transcript_digest"].to_string()));
    let other = run(&format!("simulate --groups 5 --store {on_disk}"));
    assert_eq!(other.status.code(), Some(2));
}

#[test]
fn command_compare_finds_all_engines_in_one_state() {
    let json = json("compare --groups 20 --members 3 --latency-ms 2 --kicks 0 --json");
    let engines = json["engines"].as_array().unwrap();
    let names: Vec<_> = engines
        .iter()
        .map(|one| one["engine"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["sequential", "threads", "gather", "bounded"]);
    let digests: BTreeSet<_> = engines
        .iter()
        .map(|one| one["state_digest"].as_str())
        .collect();
    assert_eq!(digests.len(), 1);
    for engine in engines {
        assert_eq!(engine["calls"], 20 * 5);
        assert!(engine["ratio"].as_f64().unwrap() >= 1.0);
    }
    assert_eq!(engines[0]["ideal_s"], 0.2);
    assert_eq!(engines[0]["peak_in_flight"], 1);
    assert_eq!(engines[2]["peak_in_flight"], 20);
}

#[test]
fn command_simulate_makes_trouble_that_is_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let flags = "simulate --groups 3 --members 5 --days 2 --json --trouble";
    let run = |rate: &str, store: &str| json(&format!("{flags} {rate} --store {store}"));
    let on_disk = format!("sqlite:{}", folder.path().join("store").display());
    let calm = run("0", "memory");
    let digests = [
        run("0.5", "memory"),
        run("0.5", &on_disk),
        // A world that is over stays so.
        run("0.5", &on_disk),
    ]
    .map(|it| it["transcript_digest"].clone());
    assert!(digests.iter().all(|digest| *digest == digests[0]));
    assert_ne!(digests[0], calm["transcript_digest"]);

    // In all these troubles processes end and start.
    let world = fs::read_to_string(folder.path().join("store.world")).unwrap();
    assert!(world.starts_with("# ") && world.lines().next().unwrap().ends_with("--trouble 0.5"));
    assert!(
        world
            .lines()
            .filter(|line| line.ends_with(" start"))
            .count()
            > 1
    );
    let other = run_in(folder.path(), &format!("{flags} 0.6 --store sqlite:store"));
    ends_with(&other, 2, "was made with --seed 1");
}

#[test]
fn command_compare_finds_the_same_state_on_disk_as_in_memory() {
    let flags = "compare --groups 10 --members 3 --latency-ms 2 --kicks 0 --json --store";
    let mut digests = BTreeSet::new();
    for store in ["memory", "sqlite"] {
        let json = json(&format!("{flags} {store}"));
        assert_eq!(json["store"], store);
        let engines = json["engines"].as_array().unwrap();
        assert_eq!(engines.len(), 4);
        digests.extend(engines.iter().map(|one| one["state_digest"].to_string()));
    }
    assert_eq!(digests.len(), 1);
}

/// It waits as `gather` does, and does nothing else.
#[test]
fn command_compare_measures_the_naive_program_beside_the_engines() {
    let flags = "compare --groups 20 --members 3 --latency-ms 2 --kicks 0 --engines gather --json";
    let both = json(flags);
    let (gather, naive) = (&both["engines"][0], &both["naive"]);
    assert_eq!(naive["engine"], "naive");
    assert_eq!(naive["ideal_s"], gather["ideal_s"]);
    assert!(naive["ratio"].as_f64() >= Some(1.0), "{naive}");
    assert_eq!(naive["calls"], Value::Null);
    // How the command asks itself for it.
    let alone = json(&format!("{flags} --naive"));
    assert_eq!(alone["engine"], "naive");
    let output = run(flags.trim_end_matches(" --json"));
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(
        table.lines().any(|line| line.starts_with("naive ")),
        "{table}"
    );
}

/// With little memory to address, no process can start so many threads.
#[cfg(target_os = "linux")]
#[test]
fn command_compare_tells_in_one_line_why_a_child_failed() {
    let script = "ulimit -v 2000000 && exec \"$0\" compare --engines threads \
        --groups 3000 --max-in-flight 3000 --kicks 0 --members 1";
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).arg(command("").get_program());
    let output = shell.output().unwrap();
    ends_with(&output, 1, "error: threads: ");
    // Neither several lines that were made one, nor what a panic advises.
    assert!(
        !said(&output).contains(['\u{fffd}', '`']),
        "{}",
        said(&output)
    );
}

#[test]
fn command_names_the_flag_the_value_and_what_is_allowed() {
    for (arguments, words) in [
        (
            "simulate --groups 0",
            "--groups takes a number from 1 to 10000, not '0'",
        ),
        (
            "simulate --faults 1.5",
            "--faults takes a number from 0 to 1, not '1.5'",
        ),
        (
            "simulate --engine threads",
            "--engine takes gather or bounded, not 'threads'",
        ),
        (
            "simulate --trouble 2",
            "--trouble takes a number from 0 to 1, not '2'",
        ),
        (
            "simulate --store redis",
            "--store takes memory or sqlite:PATH, not 'redis'",
        ),
        ("simulate --speed 5", "--speed 5 needs --real"),
        ("--days x", "--days takes a number from 1 to 365, not 'x'"),
        ("compare --engines gather,magic", "not 'gather,magic'"),
        (
            "compare --store sqlite:here",
            "--store takes memory or sqlite, not 'sqlite:here'",
        ),
        (
            "compare --members 3 --kicks 4",
            "--kicks takes a number from 0 to 3",
        ),
        ("inspect", "needs --store sqlite:PATH"),
        ("inspect --store sqlite:/nowhere/at/all", "does not exist"),
        ("dance", "unknown command 'dance'"),
        ("--nonsense", "--nonsense"),
    ] {
        ends_with(&run(arguments), 2, words);
    }
}
