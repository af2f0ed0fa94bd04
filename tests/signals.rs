//! Real processes and real signals. Each test waits a few tenths of a second of real time: the
//! time that a coffee takes, or that work needs to end.

#![cfg(unix)]

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Lines},
    os::unix::process::ExitStatusExt,
    process::{Child, ChildStdout, ExitStatus, Stdio},
    thread,
    time::Duration,
};

use nix::{
    sys::signal::{self, Signal},
    unistd::Pid,
};

const SHOPS: [&str; 2] = ["ch06_coffee_tasks", "ch06_coffee_threads"];
const STOPS: [Signal; 2] = [Signal::SIGINT, Signal::SIGTERM];

/// A running example.
struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    said: Vec<String>,
}

impl Running {
    fn start(name: &str) -> Self {
        let mut child = async_workbook_tests::example(name)
            .arg("--no-timeline")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the example starts");
        let stdout = child.stdout.take().expect("it is piped");
        Self {
            child,
            lines: BufReader::new(stdout).lines(),
            said: Vec::new(),
        }
    }

    /// Reads on until a line contains `words`.
    fn wait_for(&mut self, words: &str) {
        for line in self.lines.by_ref() {
            let line = line.expect("it writes UTF-8");
            let found = line.contains(words);
            self.said.push(line);
            if found {
                return;
            }
        }
        panic!("it ended without saying {words:?}: {:#?}", self.said);
    }

    fn signal(&self, which: Signal) {
        let pid = i32::try_from(self.child.id()).expect("a pid fits");
        signal::kill(Pid::from_raw(pid), which).expect("it is still running");
    }

    /// Reads to the end and returns everything it said, and how it ended.
    fn end(mut self) -> (Vec<String>, ExitStatus) {
        self.said.extend(
            self.lines
                .by_ref()
                .map(|line| line.expect("it writes UTF-8")),
        );
        let status = self.child.wait().expect("it ends");
        (std::mem::take(&mut self.said), status)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A test that fails leaves no process behind; one that has ended cannot be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The numbers of the orders of which `said` tells that they were `what`.
fn orders(said: &[String], what: &str) -> BTreeSet<u32> {
    let mut orders = BTreeSet::new();
    for line in said {
        let Some((_, order)) = line.split_once("  order ") else {
            continue;
        };
        let (number, fate) = order.split_once(' ').expect("number and fate");
        if fate == what {
            assert!(orders.insert(number.parse().unwrap()), "twice: {line}");
        }
    }
    orders
}

fn assert_balanced(said: &[String]) {
    let taken = orders(said, "taken");
    let served = orders(said, "served");
    let handed_back = orders(said, "handed back");
    assert!(served.is_disjoint(&handed_back), "{said:#?}");
    assert_eq!(&served | &handed_back, taken, "{said:#?}");
}

#[test]
fn coffee_shops_close_on_a_signal_without_losing_an_order() {
    in_all_shops(STOPS, |shop, signal| {
        let mut running = Running::start(shop);
        running.wait_for("order 3 taken");
        running.signal(signal);
        let (said, status) = running.end();
        assert_eq!(status.code(), Some(0), "{shop} on {signal}: {said:#?}");
        assert!(
            said.iter()
                .any(|line| line.ends_with(&format!("{signal}: closing")))
        );
        assert_balanced(&said);
        assert!(orders(&said, "taken").len() >= 3);
    });
}

#[test]
fn coffee_shops_do_not_open_if_the_signal_comes_while_they_warm_up() {
    in_all_shops(STOPS, |shop, signal| {
        let mut running = Running::start(shop);
        running.wait_for("warming up");
        running.signal(signal);
        let (said, status) = running.end();
        assert_eq!(status.code(), Some(0), "{shop} on {signal}: {said:#?}");
        assert_balanced(&said);
    });
}

/// Until the shop listens, a signal ends the process as it would any other: nothing has been
/// accepted yet. From then on it closes the shop. There is nothing in between.
#[test]
fn coffee_shops_lose_nothing_if_the_signal_comes_at_any_time_during_start_up() {
    const MICROS: [u64; 10] = [0, 300, 600, 1000, 1500, 2000, 3000, 5000, 8000, 120_000];
    in_all_shops(MICROS, |shop, micros| {
        let running = Running::start(shop);
        thread::sleep(Duration::from_micros(micros));
        running.signal(Signal::SIGTERM);
        let (said, status) = running.end();
        if status.code() == Some(0) {
            assert_balanced(&said);
        } else {
            assert_eq!(status.signal(), Some(15), "{shop}: {said:#?}");
            assert_eq!(orders(&said, "taken"), BTreeSet::new(), "{said:#?}");
        }
    });
}

/// Runs a check for every shop and case, a thread each: most of their time they wait.
fn in_all_shops<T: Copy + Send + Sync>(
    cases: impl IntoIterator<Item = T>,
    check: impl Fn(&'static str, T) + Sync,
) {
    thread::scope(|scope| {
        for case in cases {
            for shop in SHOPS {
                let check = &check;
                scope.spawn(move || check(shop, case));
            }
        }
    });
}

#[test]
fn graceful_service_finishes_what_it_has_accepted() {
    thread::scope(|scope| {
        for signal in STOPS {
            scope.spawn(move || {
                let running = serving();
                running.signal(signal);
                let (said, status) = running.end();
                assert_eq!(status.code(), Some(0), "{said:#?}");
                let accepted = told_number(&said, "finishing ");
                assert!(accepted > 0, "{said:#?}");
                let stopped = |line: &&String| !line.contains("accepting no more");
                let after = said.iter().skip_while(stopped);
                let answered = after.filter(|line| line.contains("answered"));
                assert_eq!(answered.count(), accepted, "{said:#?}");
            });
        }
    });
}

#[test]
fn graceful_service_is_forced_by_a_second_signal() {
    for (second, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let mut running = serving();
        running.signal(Signal::SIGTERM);
        running.wait_for("finishing");
        running.signal(second);
        let (said, status) = running.end();
        assert_eq!(status.code(), Some(code), "{said:#?}");
        assert!(told_number(&said, "cutting off ") > 0, "{said:#?}");
    }
}

/// A service that has accepted its first requests and answered none.
fn serving() -> Running {
    let mut running = Running::start("ch07_graceful");
    running.wait_for("serving");
    thread::sleep(Duration::from_millis(300));
    running
}

fn told_number(said: &[String], before: &str) -> usize {
    said.iter()
        .find_map(|line| line.split_once(before))
        .and_then(|(_, number)| number.parse().ok())
        .unwrap_or_else(|| panic!("{before:?} is not in {said:#?}"))
}
