//! A publisher prints a book: cover, text and index are made side by side. If one of them fails,
//! the others are no longer needed. "Task group" is the name of that shape: nobody outlives the
//! group, no error is lost. This one looks right. Its tests disagree.
//!
//! Goal: all values, in the order of the jobs; or, if anybody failed, *all* errors that happened
//! until everybody had stopped. The first failure stops the siblings at once, and when `group`
//! returns, none of them is running any more.
//!
//! Lesson: `chapters/ch03_gather/README.md`, "A backup: tasks that stop together"

use std::time::Duration;

use stage::Instrument;
use tokio::{task::JoinSet, time::sleep};
use tracing::{info, info_span};

#[derive(Clone, Debug, PartialEq)]
enum Failure {
    OutOfPaper(&'static str),
    Panicked,
}

async fn group<T, F>(jobs: Vec<F>) -> Result<Vec<T>, Vec<Failure>>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Failure>> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    let mut values: Vec<Option<T>> = Vec::new();
    for (index, job) in jobs.into_iter().enumerate() {
        tasks.spawn(async move { (index, job.await) });
        values.push(None);
    }

    let mut failures = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok((index, Ok(value))) => {
                values[index] = Some(value);
                continue;
            }
            Ok((_, Err(failure))) => failures.push(failure),
            // Stopped by the line below.
            Err(error) if error.is_cancelled() => continue,
            Err(_) => failures.push(Failure::Panicked),
        }
        tasks.abort_all();
    }
    if failures.is_empty() {
        Ok(values.into_iter().flatten().collect())
    } else {
        Err(failures)
    }
}

/// Works for so many seconds, then ends in its own way. Being stopped takes its time, too.
async fn make(part: &'static str, seconds: u64, end: End) -> Result<&'static str, Failure> {
    async {
        let _at_work = Hands;
        sleep(Duration::from_secs(seconds)).await;
        match end {
            End::Good => Ok(part),
            End::Failed => {
                info!("out of paper");
                Err(Failure::OutOfPaper(part))
            }
            End::Panicked => panic!("the machine for the {part} exploded"),
        }
    }
    .instrument(info_span!("make", part))
    .await
}

#[derive(Clone, Copy)]
enum End {
    Good,
    Failed,
    Panicked,
}

/// Says when it lets go.
struct Hands;

impl Drop for Hands {
    fn drop(&mut self) {
        info!("hands free");
    }
}

fn main() {
    stage::play("A book", async {
        let book = group(vec![
            make("cover", 3, End::Good),
            make("text", 1, End::Failed),
            make("index", 2, End::Good),
        ]);
        info!("{:?}", book.await);
    });
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use stage::Outcome;
    use tokio::runtime::Handle;

    use super::*;
    use End::{Failed, Good, Panicked};

    type Parts = Vec<(&'static str, u64, End)>;

    /// What the group makes of these parts, and after how many seconds.
    fn check(parts: Parts, expected: Result<Vec<&'static str>, Vec<Failure>>, seconds: u64) {
        let played = stage::record(async {
            let jobs = parts
                .iter()
                .map(|&(part, seconds, end)| make(part, seconds, end));
            let book = group(jobs.collect()).await;
            info!("the group has returned");
            (book, Handle::current().metrics().num_alive_tasks())
        });
        let timeline = stage::timeline_of(&played, 100);
        let (mut book, still_running) = played.value.clone();
        if let Err(failures) = &mut book {
            // Whoever fails in the same instant may be told in any order.
            failures.sort_by_key(|failure| format!("{failure:?}"));
        }
        assert!(
            book == expected,
            "the values, or all errors that happened until everybody had stopped\n  \
             expected: {expected:?}\n  it was:   {book:?}\n{timeline}"
        );
        let (took, should) = (played.elapsed, Duration::from_secs(seconds));
        assert!(
            took == should,
            "the group should return at {should:?}, and returned at {took:?}: the first failure \
             stops the siblings, and nothing else does\n{timeline}"
        );
        let last = played.events.last().map(|event| event.text.as_str());
        assert!(
            still_running == 0 && last == Some("the group has returned"),
            "somebody's hands were still busy when the group returned: \
             to ask them to stop is not to wait until they have\n{timeline}"
        );
        for (part, seconds, end) in parts {
            let lane = played.lane(&format!("make {part}"));
            let expected = match end {
                _ if Duration::from_secs(seconds) > should => Outcome::Cancelled,
                Panicked => Outcome::Panicked,
                _ => Outcome::Finished,
            };
            let was = lane.outcome;
            assert!(
                was == expected,
                "the {part} is {was:?}, not {expected:?}:\n{timeline}"
            );
        }
    }

    #[test]
    fn values_in_the_order_of_the_jobs() {
        for [cover, text, index] in [[3, 1, 2], [1, 2, 3], [2, 3, 1]] {
            let parts = vec![
                ("cover", cover, Good),
                ("text", text, Good),
                ("index", index, Good),
            ];
            check(parts, Ok(vec!["cover", "text", "index"]), 3);
        }
        check(vec![], Ok(vec![]), 0);
    }

    #[test]
    fn the_first_failure_stops_the_siblings_before_the_group_returns() {
        let parts = vec![("cover", 3, Good), ("text", 1, Failed), ("index", 2, Good)];
        check(parts, Err(vec![Failure::OutOfPaper("text")]), 1);
    }

    #[test]
    fn no_error_is_lost() {
        let parts = vec![
            ("cover", 1, Failed),
            ("text", 2, Failed),
            ("index", 1, Failed),
        ];
        let failures = ["cover", "index"].map(Failure::OutOfPaper);
        check(parts, Err(failures.to_vec()), 1);
    }

    #[test]
    fn a_panic_is_a_failure_and_being_stopped_is_none() {
        let parts = vec![
            ("cover", 2, Good),
            ("text", 1, Panicked),
            ("index", 3, Good),
        ];
        check(parts, Err(vec![Failure::Panicked]), 1);
    }

    /// On two threads: when one job fails, the other is in the middle of something that it cannot
    /// be stopped in. Waits for a twentieth of a second of real time.
    #[test]
    fn on_two_threads_nobody_is_at_work_when_the_group_returns() {
        static BEGUN: AtomicUsize = AtomicUsize::new(0);
        static ENDED: AtomicUsize = AtomicUsize::new(0);
        let job = |fails: bool| async move {
            if fails {
                while BEGUN.load(SeqCst) == 0 {
                    tokio::task::yield_now().await;
                }
                return Err(Failure::OutOfPaper("text"));
            }
            BEGUN.fetch_add(1, SeqCst);
            std::thread::sleep(Duration::from_millis(50));
            ENDED.fetch_add(1, SeqCst);
            sleep(Duration::from_secs(1)).await;
            Ok(())
        };
        let played = stage::record_on_workers(2, async {
            let failed = group(vec![job(false), job(true)]).await;
            (failed, BEGUN.load(SeqCst) - ENDED.load(SeqCst))
        });
        let (failed, busy) = played.value;
        assert!(
            failed == Err(vec![Failure::OutOfPaper("text")]),
            "on two threads: one job has failed, and the group returned {failed:?}"
        );
        assert!(
            busy == 0,
            "on two threads: the group has returned, and a job is at work on another thread. \
             To ask it to stop, and to give way once, is not to wait until it has stopped"
        );
    }
}
