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
    use stage::Outcome;
    use tokio::runtime::Handle;

    use super::*;
    use End::{Failed, Good, Panicked};

    #[test]
    fn values_in_the_order_of_the_jobs() {
        for [cover, text, index] in [[3, 1, 2], [1, 2, 3], [2, 3, 1]] {
            let played = stage::record(group(vec![
                make("cover", cover, Good),
                make("text", text, Good),
                make("index", index, Good),
            ]));
            assert_eq!(played.value, Ok(vec!["cover", "text", "index"]));
            assert_eq!(played.elapsed, Duration::from_secs(3));
        }
    }

    #[test]
    fn the_first_failure_stops_the_siblings_before_the_group_returns() {
        let played = stage::record(async {
            let book = group(vec![
                make("cover", 3, Good),
                make("text", 1, Failed),
                make("index", 2, Good),
            ]);
            let book = book.await;
            info!("the group has returned");
            (book, Handle::current().metrics().num_alive_tasks())
        });

        let (book, still_running) = &played.value;
        assert_eq!(*book, Err(vec![Failure::OutOfPaper("text")]));
        assert_eq!(played.elapsed, Duration::from_secs(1), "at once");
        assert_eq!(*still_running, 0, "when the group returns, all have ended");
        let last = played.events.last().map(|event| event.text.as_str());
        assert_eq!(
            last,
            Some("the group has returned"),
            "somebody's hands were still busy when the group returned"
        );
        for sibling in ["make cover", "make index"] {
            assert_eq!(played.lane(sibling).outcome, Outcome::Cancelled);
        }
    }

    #[test]
    fn no_error_is_lost() {
        let played = stage::record(group(vec![
            make("cover", 1, Failed),
            make("text", 2, Failed),
            make("index", 1, Failed),
        ]));
        let mut failed = played.value.unwrap_err();
        failed.sort_by_key(|failure| format!("{failure:?}"));
        assert_eq!(
            failed,
            ["cover", "index"].map(Failure::OutOfPaper),
            "cover and index fail at the same instant, the text is stopped before"
        );
        assert_eq!(played.elapsed, Duration::from_secs(1));
    }

    #[test]
    fn a_panic_is_a_failure_and_being_stopped_is_none() {
        let played = stage::record(group(vec![
            make("cover", 2, Good),
            make("text", 1, Panicked),
            make("index", 3, Good),
        ]));
        assert_eq!(played.value, Err(vec![Failure::Panicked]));
        assert_eq!(played.elapsed, Duration::from_secs(1));
    }
}
