//! Runs the solutions that were tried: every wrong one is refused by its exercise's tests, every right one passes.
//!
//! `cargo test -p workbook-kept -- --exact every_verdict_is_true`: without a filter the tests of the
//! wrong solutions would run too, and fail as they should. `KEPT=locks` before it takes only the exercises
//! whose names begin so.

use std::{
    env,
    process::{Command, ExitStatus, Stdio},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

/// What was tried in one chapter, each solution a module, and the test that runs them.
///
/// All solutions of a chapter are one program: so they compile in half a minute, not in an hour.
#[macro_export]
macro_rules! solutions_of {
    ($chapter:literal) => {
        include!(concat!(env!("OUT_DIR"), "/", $chapter, ".rs"));

        #[test]
        fn every_verdict_is_true() {
            $crate::try_all(ALL);
        }
    };
}

/// The tests of an exercise end by themselves, whatever the solution does. Most need milliseconds;
/// those that notice that a solution spins need five to ten seconds of real time.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the tests of each of these modules in a process of their own.
///
/// # Panics
/// If a wrong solution is accepted or a right one refused.
pub fn try_all(solutions: &[&str]) {
    let (left, faults) = (Mutex::new(solutions.iter()), Mutex::new(Vec::new()));
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

/// Runs the tests of one solution in a process of their own. What goes wrong on real threads only may
/// go well once: a wrong solution is accepted when it has passed three times.
fn fault(name: &str) -> Option<String> {
    let is_right = name.starts_with("right");
    for _ in 0..3 {
        match run(&format!("{name}::")) {
            None => return Some(format!("{name}: its tests do not end")),
            Some(ended) if ended.success() && is_right => return None,
            Some(ended) if ended.success() => {}
            Some(_) if is_right => return Some(format!("{name}: refused")),
            Some(_) => return None,
        }
    }
    Some(format!("{name}: accepted"))
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
