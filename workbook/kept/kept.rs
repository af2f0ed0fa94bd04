//! Every wrong solution that was kept is refused by its exercise's tests, every right one passes.
//!
//! `cargo test -p workbook-kept -- --exact every_verdict_is_true`: without a filter the tests of the
//! wrong solutions would run too, and fail as they should.

#![allow(
    dead_code,
    unused,
    clippy::all,
    clippy::pedantic,
    reason = "readers' solutions, without their main functions"
)]

use std::{
    env,
    process::{Command, ExitStatus, Stdio},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

include!(concat!(env!("OUT_DIR"), "/kept.rs"));

/// The tests of an exercise end by themselves, whatever the solution does. Most need milliseconds;
/// those that notice that a solution spins need ten seconds of real time.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn every_verdict_is_true() {
    assert!(ALL.len() > 50, "only {} solutions", ALL.len());
    let (left, faults) = (Mutex::new(ALL.iter()), Mutex::new(Vec::new()));
    let next = || left.lock().unwrap().next();
    let threads = thread::available_parallelism().map_or(2, |cores| cores.get() * 2);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(name) = next() {
                    if let Some(fault) = fault(name) {
                        faults.lock().unwrap().push(fault);
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Runs the tests of one solution in a process of their own.
fn fault(name: &str) -> Option<String> {
    match run(&format!("{name}::")) {
        None => Some(format!("{name}: its tests do not end")),
        Some(ended) if ended.success() == name.starts_with("right") => None,
        Some(ended) if ended.success() => Some(format!("{name}: accepted")),
        Some(_) => Some(format!("{name}: refused")),
    }
}

fn run(filter: &str) -> Option<ExitStatus> {
    let mut tests = Command::new(env::current_exe().unwrap());
    tests
        .arg(filter)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut running = tests.spawn().unwrap();
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Some(ended) = running.try_wait().unwrap() {
            return Some(ended);
        }
        thread::sleep(Duration::from_millis(20));
    }
    running.kill().unwrap();
    running.wait().unwrap();
    None
}
