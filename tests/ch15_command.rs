//! `group_verification` as people call it.

use std::{collections::BTreeSet, fs, process::Output};

#[cfg(unix)]
use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Stdio},
    thread,
    time::Duration,
};

use async_workbook_tests::example;
#[cfg(unix)]
use nix::{
    pty::{Winsize, openpty},
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;

fn run(arguments: &str) -> Output {
    let mut command = example("group_verification");
    command.args(arguments.split_whitespace());
    command.output().unwrap()
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
            "simulate --store redis",
            "--store takes memory or sqlite:PATH, not 'redis'",
        ),
        ("simulate --speed 5", "--speed 5 needs --real"),
        ("--days x", "--days takes a number from 1 to 365, not 'x'"),
        ("compare --engines gather,magic", "not 'gather,magic'"),
        (
            "compare --members 3 --kicks 4",
            "--kicks takes a number from 0 to 3",
        ),
        ("inspect", "needs --store sqlite:PATH"),
        ("inspect --store sqlite:/nowhere/at/all", "does not exist"),
        ("dance", "unknown command 'dance'"),
        ("--nonsense", "--nonsense"),
    ] {
        let output = run(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments}: {said}");
        assert!(said.contains(words), "{arguments}: {said}");
        assert_eq!(said.lines().count(), 1, "{arguments}: {said}");
        assert!(output.stdout.is_empty());
    }
}

#[cfg(unix)]
fn start(arguments: &str) -> Child {
    let mut command = example("group_verification");
    command.args(arguments.split_whitespace());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

#[cfg(unix)]
fn signal(child: &Child, which: Signal) {
    kill(Pid::from_raw(child.id().cast_signed()), which).unwrap();
}

/// A real process that gets a real signal; it takes about a second.
#[cfg(unix)]
#[test]
fn command_stops_at_a_safe_point_and_goes_on_later() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("store").display());
    let flags = format!("simulate --groups 3 --members 5 --days 2 --json --store {store}");
    for which in [Signal::SIGINT, Signal::SIGTERM] {
        let child = start(&format!("{flags} --real --speed 20000"));
        thread::sleep(Duration::from_millis(500));
        signal(&child, which);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(json["simulated_s"].as_f64().unwrap() < 2.0 * 86_400.0);
    }
    let rest = json(&flags);
    assert_eq!(rest["simulated_s"], 2.0 * 86_400.0);
    assert!(rest["joined"].as_u64().unwrap() >= 15, "{rest}");
}

/// At the speed of the real world a step may take long. With this seed somebody joins after an
/// eighth of a second, and the answer to the first call is lost: a worker waits ten seconds for
/// it, which is ten seconds to the next safe point. Nobody here waits that long.
#[cfg(unix)]
#[test]
fn command_ends_at_once_at_the_second_signal() {
    thread::scope(|scope| {
        scope.spawn(|| ends_at_once(Signal::SIGINT, Signal::SIGTERM));
        scope.spawn(|| ends_at_once(Signal::SIGTERM, Signal::SIGINT));
    });
}

#[cfg(unix)]
fn ends_at_once(first: Signal, second: Signal) {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store").display().to_string();
    let world = folder.path().join("store.world");
    let flags = format!(
        "simulate --groups 3 --members 5 --days 1 --faults 0.1 --seed 179039 --json \
         --store sqlite:{store}"
    );
    let mut running = Running(start(&format!("{flags} --real")));
    wait_for(&world, "reply lost");
    signal(&running.0, first);
    let mut said = BufReader::new(running.0.stderr.take().unwrap()).lines();
    let line = said.next().unwrap().unwrap();
    assert!(line.contains("once more to stop at once"), "{line}");
    signal(&running.0, second);
    assert_eq!(running.0.wait().unwrap().code(), Some(130));

    // The store is whole, and the next run begins where this one ended.
    let past = fs::read_to_string(&world).unwrap();
    let inspected = json(&format!("inspect --store sqlite:{store} --json"));
    assert_eq!(inspected["groups"][0]["members"][0]["status"], "pending");
    let rest = json(&flags);
    assert_eq!(rest["joined"], 15, "{rest}");
    assert_eq!(rest["simulated_s"], 86_400.0);
    assert!(fs::read_to_string(&world).unwrap().starts_with(&past));
}

/// A program that a test leaves behind only if it has ended.
#[cfg(unix)]
struct Running(Child);

#[cfg(unix)]
impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Until a file that grows contains `words`.
#[cfg(unix)]
fn wait_for(path: &Path, words: &str) {
    for _ in 0..2000 {
        if fs::read_to_string(path).is_ok_and(|text| text.contains(words)) {
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("no {words:?} in {} after ten seconds", path.display());
}

/// What a terminal of 40 columns gets to see on standard error.
#[cfg(unix)]
#[test]
fn command_keeps_its_progress_on_one_line_and_wipes_it() {
    let size = Winsize {
        ws_row: 24,
        ws_col: 40,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let terminal = openpty(&size, None).unwrap();
    let mut command = example("group_verification");
    command.args(["--groups", "2", "--days", "1", "--no-timeline"]);
    command.env("TERM", "xterm").stdout(Stdio::null());
    let mut child = command.stderr(terminal.slave).spawn().unwrap();
    // Closes our copy of the terminal's other end, so that reading ends with the program.
    drop(command);
    let mut seen = Vec::new();
    // On Linux the end of a terminal is an error.
    let _ = fs::File::from(terminal.master).read_to_end(&mut seen);
    assert!(child.wait().unwrap().success());
    let seen = String::from_utf8(seen).unwrap();
    assert!(seen.contains("day 1 12:00:00  "), "{seen:?}");
    assert!(!seen.contains('\n'), "{seen:?}");
    // Each line is written with wrapping turned off.
    assert_eq!(
        seen.matches("calls, ").count(),
        seen.matches("\x1b[?7l").count()
    );
    assert_eq!(
        seen.matches("\x1b[?7h").count(),
        seen.matches("\x1b[?7l").count()
    );
    assert!(seen.ends_with("\r\x1b[K"), "{seen:?}");
}
