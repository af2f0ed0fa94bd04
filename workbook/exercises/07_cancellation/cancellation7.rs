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
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};
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

/// What happens at a print shop.
#[derive(Debug)]
struct Day<'a> {
    /// When each job comes, and how long it takes, in seconds.
    jobs: &'a [(u64, u64)],
    /// When Ctrl-C is pressed, in milliseconds.
    signals: &'a [u64],
    /// Somebody could still come.
    open: bool,
    /// There could still be a signal.
    keyboard_stays: bool,
}

/// The server's report, and how many jobs were taken at the counter.
async fn shop(day: &Day<'_>) -> (Report, u32) {
    let (counter, queue) = mpsc::channel(8);
    let (ctrl_c, caught) = mpsc::channel(8);
    let begun = Instant::now();
    let customers = async {
        let mut taken = 0;
        for (number, &(comes, seconds)) in (1..).zip(day.jobs) {
            sleep_until(begun + Duration::from_secs(comes)).await;
            // Who comes after closing is turned away.
            taken += u32::from(counter.try_send(Job { number, seconds }).is_ok());
        }
        if day.open {
            counter.closed().await;
        }
        drop(counter);
        taken
    };
    let keyboard = async {
        for &millis in day.signals {
            sleep_until(begun + Duration::from_millis(millis)).await;
            info!("Ctrl-C");
            let _ = ctrl_c.try_send(());
        }
        if day.keyboard_stays {
            ctrl_c.closed().await;
        }
        drop(ctrl_c);
    };
    let server = server(queue, caught).instrument(info_span!("server"));
    let (report, taken, ()) = tokio::join!(server, customers, keyboard);
    (report, taken)
}

fn main() {
    let day = Day {
        jobs: &[(0, 1), (0, 3), (1, 9)],
        signals: &[1_500, 3_500],
        open: true,
        keyboard_stays: true,
    };
    stage::play("A print shop", async {
        info!("{:?}", shop(&day).await.0);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays a day with the keyboard there to the end, and once more with nobody at it after the last
    /// signal: its channel is closed then, which is no signal.
    fn check(
        jobs: &[(u64, u64)],
        signals: &[u64],
        open: bool,
        [done, cut_off, not_begun]: [u32; 3],
        gone: u64,
    ) {
        let report = Report {
            done,
            cut_off,
            not_begun,
        };
        for keyboard_stays in [true, false] {
            let day = Day {
                jobs,
                signals,
                open,
                keyboard_stays,
            };
            let played = stage::record(async {
                let ended = shop(&day).await;
                // What was left running would go on.
                sleep(Duration::from_millis(1)).await;
                ended
            });
            let happened = played.what_happened();
            let (was, taken) = &played.value;
            let counted = was.done + was.cut_off + was.not_begun;
            assert!(
                counted == *taken,
                "{day:?}: {taken} jobs were taken at the counter, and the report knows of {counted}: \
                 {was:?}. What came into the queue must be run or counted, and nothing must come in \
                 that nobody looks at{happened}"
            );
            assert!(
                *was == report,
                "{day:?}\n  expected: {report:?}\n  it was:   {was:?}{happened}"
            );
            let (left, should) = (played.lane("server").ended, Duration::from_millis(gone));
            assert!(
                left == Some(should),
                "{day:?}: the server should be gone at {should:?}, and was at {left:?}{happened}"
            );
            for lane in &played.lanes {
                assert!(
                    lane.ended <= left,
                    "{day:?}: '{}' is left running when the server has gone{happened}",
                    lane.label
                );
            }
        }
    }

    #[test]
    fn running_jobs_are_finished() {
        let jobs = [(0, 1), (0, 3), (1, 5), (4, 1)];
        check(&jobs, &[2_500], true, [3, 0, 0], 6_000);
        check(&jobs, &[5_500], true, [4, 0, 0], 6_000);
        check(&jobs, &[500], true, [2, 0, 0], 3_000);
        check(&[], &[500], true, [0, 0, 0], 500);
    }

    #[test]
    fn grace_has_an_end() {
        let jobs = [(0, 3), (0, 60), (0, 8), (1, 99)];
        check(&jobs, &[2_000], true, [2, 2, 0], 12_000);
        // Ten seconds in all, not after each job.
        let jobs = [(0, 4), (0, 8), (0, 12), (0, 16)];
        check(&jobs, &[1_000], true, [2, 2, 0], 11_000);
    }

    #[test]
    fn a_second_signal_ends_it() {
        let jobs = [(0, 3), (0, 60), (0, 8)];
        check(&jobs, &[1_000, 4_500], true, [1, 2, 0], 4_500);
        check(&jobs, &[1_000, 1_001], true, [0, 3, 0], 1_001);
        check(&jobs, &[1_000, 9_000, 9_001, 9_002], true, [2, 1, 0], 9_000);
    }

    #[test]
    fn who_comes_during_the_grace_is_turned_away() {
        let jobs = [(0, 6), (2, 1), (3, 1), (4, 1), (5, 1)];
        check(&jobs, &[2_500], true, [2, 0, 0], 6_000);
    }

    #[test]
    fn what_is_in_the_queue_has_not_begun() {
        // Three jobs and the signal are there before the server looks for the first time.
        let played = stage::record(async {
            let (counter, queue) = mpsc::channel(8);
            let (ctrl_c, caught) = mpsc::channel(8);
            for number in 1..=3 {
                let _ = counter.try_send(Job { number, seconds: 1 });
            }
            let _ = ctrl_c.try_send(());
            server(queue, caught).await
        });
        let expected = Report {
            not_begun: 3,
            ..Report::default()
        };
        let (was, happened) = (&played.value, played.what_happened());
        assert!(
            *was == expected && played.elapsed.is_zero(),
            "the signal is there before any job has begun: expected {expected:?} at once, got \
             {was:?} after {:?}{happened}",
            played.elapsed
        );
    }

    #[test]
    fn without_customers_it_ends_by_itself() {
        check(&[(0, 2), (1, 4)], &[], false, [2, 0, 0], 5_000);
        check(&[], &[], false, [0, 0, 0], 0);
        // The counter is closed, and the last job is still running when the signal comes.
        check(&[(0, 2), (1, 40)], &[3_000], false, [1, 1, 0], 13_000);
    }
}
