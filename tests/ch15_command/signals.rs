//! Signals to a process: none leaves a store that cannot be opened, half a file or a child behind.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Stdio},
    thread,
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;

use crate::{command, json, names};

fn start(arguments: &str) -> Child {
    let mut command = command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn signal(child: &Child, which: Signal) {
    kill(Pid::from_raw(child.id().cast_signed()), which).unwrap();
}

/// A real process that gets a real signal; it takes about a second.
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

/// At the speed of the real world a step may take long. With this seed the first of all people
/// joins after 630 ms, and the answer is lost when they are muted: a worker waits ten seconds for
/// it, which is ten seconds to the next safe point. Nobody here waits that long.
#[test]
fn command_ends_at_once_at_the_second_signal() {
    thread::scope(|scope| {
        scope.spawn(|| ends_at_once(Signal::SIGINT, Signal::SIGTERM));
        scope.spawn(|| ends_at_once(Signal::SIGTERM, Signal::SIGINT));
    });
}

fn ends_at_once(first: Signal, second: Signal) {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store").display().to_string();
    let world = folder.path().join("store.world");
    let flags = format!(
        "simulate --groups 3 --members 5 --days 1 --faults 0.1 --seed 2698290 --json \
         --store sqlite:{store}"
    );
    let mut running = Running(start(&format!("{flags} --real")));
    wait_for(&world, "call mute 1 1005 = done, reply lost");
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
    // One of fifteen people joins two groups.
    assert_eq!(rest["joined"], 16, "{rest}");
    assert_eq!(rest["simulated_s"], 86_400.0);
    assert!(fs::read_to_string(&world).unwrap().starts_with(&past));
}

/// A program that a test leaves behind only if it has ended.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Until a file that grows contains `words`.
fn wait_for(path: &Path, words: &str) {
    wait_until(|| fs::read_to_string(path).is_ok_and(|text| text.contains(words)));
}

#[track_caller]
pub fn wait_until(mut condition: impl FnMut() -> bool) {
    for _ in 0..2000 {
        if condition() {
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("not within ten seconds");
}

/// Half a second of real time, so that something has been written.
#[test]
fn command_keeps_the_transcript_of_a_run_that_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let transcript = folder.path().join("transcript");
    fs::write(&transcript, "old").unwrap();
    let mut command = command("--groups 3 --days 2 --json --real --speed 20000 --transcript");
    command.arg(&transcript).stdout(Stdio::null());
    let mut running = Running(command.stderr(Stdio::null()).spawn().unwrap());
    thread::sleep(Duration::from_millis(500));
    assert_eq!(fs::read_to_string(&transcript).unwrap(), "old");
    signal(&running.0, Signal::SIGINT);
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
    let text = fs::read_to_string(&transcript).unwrap();
    assert!(text.contains(" event 0 ") && text.ends_with('\n'), "{text}");
    assert_eq!(names(folder.path()), ["transcript"]);
}

/// On the virtual clock there is nothing to wait for: the first signal ends it. A tenth of a
/// second of real time passes for each, in which it begins to write.
#[test]
fn command_leaves_no_half_file_when_a_signal_ends_it() {
    for (which, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let folder = tempfile::tempdir().unwrap();
        let transcript = folder.path().join("transcript");
        fs::write(&transcript, "old").unwrap();
        // Far more than can be simulated in the meantime.
        let mut command = command("--groups 10000 --members 100 --days 300 --json --transcript");
        command.arg(&transcript).stdout(Stdio::null());
        let mut running = Running(command.stderr(Stdio::piped()).spawn().unwrap());
        wait_until(|| names(folder.path()).len() == 2);
        thread::sleep(Duration::from_millis(100));
        signal(&running.0, which);
        assert_eq!(running.0.wait().unwrap().code(), Some(code));
        assert_eq!(names(folder.path()), ["transcript"]);
        assert_eq!(fs::read_to_string(&transcript).unwrap(), "old");
    }
}

/// The child would go on for a minute and more, and is killed before it can tidy up.
#[cfg(target_os = "linux")]
#[test]
fn command_compare_leaves_no_child_behind() {
    for (which, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let folder = tempfile::tempdir().unwrap();
        let mut compare = command("compare --engines sequential --groups 100 --latency-ms 100");
        compare
            .args(["--store", "sqlite"])
            .env("TMPDIR", folder.path());
        compare.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = Running(compare.spawn().unwrap());
        let parent = running.0.id();
        let path = format!("/proc/{parent}/task/{parent}/children");
        let children = || fs::read_to_string(&path).unwrap();
        // Until it is no longer a copy of its parent.
        let is_running = |child: &str| {
            fs::read_to_string(format!("/proc/{child}/cmdline"))
                .is_ok_and(|line| line.contains("--in-this-process"))
        };
        wait_until(|| is_running(children().trim()));
        let place = folder.path().join(&names(folder.path())[0]);
        wait_until(|| !names(&place).is_empty());
        let child = children();
        signal(&running.0, which);
        assert_eq!(running.0.wait().unwrap().code(), Some(code));
        assert!(!is_running(child.trim()), "{which} left {child} behind");
        assert!(names(folder.path()).is_empty());
        let mut said = String::new();
        let mut stderr = running.0.stderr.take().unwrap();
        std::io::Read::read_to_string(&mut stderr, &mut said).unwrap();
        assert_eq!(said, "");
    }
}
