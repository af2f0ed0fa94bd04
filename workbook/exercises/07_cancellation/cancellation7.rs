//! The server of a print shop. Ctrl-C should mean: take no more jobs, finish what is in the machines,
//! then go, within ten seconds at most. A second Ctrl-C: go now. This one goes at the first signal,
//! with paper in the machines. Signals come through a channel here, so that tests can send them.
//!
//! Goal: after the first signal nothing new begins; running jobs are finished, but no longer than
//! `GRACE` is waited for them; a second signal ends them at once. The report tells what became of
//! every job, and nothing is left running. If no job can come any more, it ends without a signal.
//!
//! Lesson: `chapters/ch07_cancellation/README.md`, "Graceful shutdown"

use std::time::Duration;

use stage::Instrument;
use tokio::{sync::mpsc, task::JoinSet, time::sleep};
use tracing::{info, info_span};

const GRACE: Duration = Duration::from_secs(10);

#[derive(Debug, Default, PartialEq)]
struct Report {
    done: u32,
    /// Jobs that were begun and not finished.
    cut_off: u32,
    /// Jobs that were in the queue, and never begun.
    not_begun: u32,
}

/// Runs jobs until a signal comes, or no job can come any more.
async fn server(mut queue: mpsc::Receiver<Job>, mut signals: mpsc::Receiver<()>) -> Report {
    let mut report = Report::default();
    let mut machines = JoinSet::new();
    // TODO: first signal, grace, second signal.
    loop {
        tokio::select! {
            biased;
            _ = signals.recv() => break,
            Some(job) = queue.recv() => {
                machines.spawn(print(job));
            }
            Some(_) = machines.join_next() => report.done += 1,
            else => break,
        }
    }
    report
}

struct Job {
    number: u32,
    seconds: u64,
}

async fn print(job: Job) {
    async {
        sleep(Duration::from_secs(job.seconds)).await;
        info!("printed");
    }
    .instrument(info_span!("job", job.number))
    .await;
}

/// Jobs as (comes, seconds); signals at these milliseconds. With `open`, somebody could still come.
async fn shop(jobs: &[(u64, u64)], signals: &[u64], open: bool) -> Report {
    let (counter, queue) = mpsc::channel(8);
    let (ctrl_c, caught) = mpsc::channel(8);
    let customers = async {
        let begun = tokio::time::Instant::now();
        for (number, &(comes, seconds)) in (1..).zip(jobs) {
            tokio::time::sleep_until(begun + Duration::from_secs(comes)).await;
            // After closing, customers are turned away.
            let _ = counter.try_send(Job { number, seconds });
        }
        if open {
            counter.closed().await;
        }
        drop(counter);
    };
    let keyboard = async {
        let begun = tokio::time::Instant::now();
        for &millis in signals {
            tokio::time::sleep_until(begun + Duration::from_millis(millis)).await;
            info!("Ctrl-C");
            let _ = ctrl_c.try_send(());
        }
        drop(ctrl_c);
    };
    let server = async {
        let report = server(queue, caught).await;
        info!("gone");
        report
    };
    tokio::join!(server, customers, keyboard).0
}

fn main() {
    stage::play("A print shop", async {
        let report = shop(&[(0, 1), (0, 3), (1, 9)], &[1_500, 3_500], true).await;
        info!("{report:?}");
    });
}

#[cfg(test)]
mod tests {
    use tokio::{runtime::Handle, time::timeout};

    use super::*;

    /// The report, and when the server was gone, in milliseconds.
    fn day(jobs: &[(u64, u64)], signals: &[u64], open: bool) -> (Report, u128) {
        let played = stage::record(async {
            let hours = Duration::from_secs(10 * 3_600);
            let report = timeout(hours, shop(jobs, signals, open)).await;
            let report = report.expect("the server does not go");
            (report, Handle::current().metrics().num_alive_tasks())
        });
        let (report, left) = played.value;
        assert_eq!(left, 0, "something is left running");
        let gone = played.events.iter().find(|event| event.text == "gone");
        let gone = gone.unwrap().at.as_millis();
        let late = played
            .events
            .iter()
            .filter(|event| event.text == "printed" && event.at.as_millis() > gone);
        assert_eq!(late.count(), 0, "printed after the server had gone");
        (report, gone)
    }

    fn report(done: u32, cut_off: u32, not_begun: u32) -> Report {
        Report {
            done,
            cut_off,
            not_begun,
        }
    }

    #[test]
    fn running_jobs_are_finished() {
        let jobs = [(0, 1), (0, 3), (1, 5), (4, 1)];
        assert_eq!(day(&jobs, &[2_500], true), (report(3, 0, 0), 6_000));
        assert_eq!(day(&jobs, &[5_500], true), (report(4, 0, 0), 6_000));
        assert_eq!(day(&jobs, &[500], true), (report(2, 0, 0), 3_000));
    }

    #[test]
    fn grace_has_an_end() {
        let jobs = [(0, 3), (0, 60), (0, 8), (1, 99)];
        assert_eq!(day(&jobs, &[2_000], true), (report(2, 2, 0), 12_000));
        assert_eq!(
            day(&[(0, 4), (0, 8), (0, 12), (0, 16)], &[1_000], true),
            (report(2, 2, 0), 11_000),
            "ten seconds in all, not after each job"
        );
    }

    #[test]
    fn a_second_signal_ends_it() {
        let jobs = [(0, 3), (0, 60), (0, 8)];
        assert_eq!(day(&jobs, &[1_000, 4_500], true), (report(1, 2, 0), 4_500));
        assert_eq!(day(&jobs, &[1_000, 1_001], true), (report(0, 3, 0), 1_001));
        assert_eq!(
            day(&jobs, &[1_000, 9_000, 9_001, 9_002], true),
            (report(2, 1, 0), 9_000)
        );
    }

    #[test]
    fn what_is_in_the_queue_has_not_begun() {
        // Three jobs and the signal are there before the server looks for the first time.
        let (report, left) = stage::virtual_time(async {
            let (counter, queue) = mpsc::channel(8);
            let (ctrl_c, caught) = mpsc::channel(8);
            for number in 1..=3 {
                let _ = counter.try_send(Job { number, seconds: 1 });
            }
            let _ = ctrl_c.try_send(());
            let report = timeout(GRACE * 2, server(queue, caught)).await;
            let left = Handle::current().metrics().num_alive_tasks();
            (report.expect("the server does not go"), left)
        });
        let expected = Report {
            not_begun: 3,
            ..Report::default()
        };
        assert_eq!((report, left), (expected, 0));
    }

    #[test]
    fn without_customers_it_ends_by_itself() {
        assert_eq!(day(&[(0, 2), (1, 4)], &[], false), (report(2, 0, 0), 5_000));
        assert_eq!(day(&[], &[], false), (report(0, 0, 0), 0));
    }
}
