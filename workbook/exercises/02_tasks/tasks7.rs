//! "Spawn and forget" is how programs lose tasks: whoever waited leaves, the task runs on. Tokio's
//! `JoinHandle` behaves so on purpose. A ticket desk wants the contrary: when the customer hangs
//! up, the search for seats ends.
//!
//! Goal: a small combinator. `spawn_owned(future)` runs it as a task; awaiting gives its value (not
//! a `Result`), a panic goes on in whoever awaits, and dropping stops the task.
//!
//! Lesson: `chapters/ch02_tasks/README.md`, "Three endings"; how a future is polled says
//! `chapters/ch01_await/README.md`, "What a poll is, and who wakes"

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use stage::Instrument;
use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

/// A task that ends when nobody waits for it any more.
struct Owned<T> {
    handle: JoinHandle<T>,
}

fn spawn_owned<F>(future: F) -> Owned<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    Owned {
        handle: tokio::spawn(future),
    }
}

impl<T> Future for Owned<T> {
    type Output = T;

    // TODO: the task's value, or its panic.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let _ = Pin::new(&mut self.handle).poll(context);
        Poll::Pending
    }
}

// TODO: and when nobody waits any more?

async fn search(seconds: u64) -> u64 {
    async {
        sleep(Duration::from_secs(seconds)).await;
        info!("found");
        seconds * 10
    }
    .instrument(info_span!("search"))
    .await
}

fn main() {
    stage::play("A customer hangs up", async {
        let call = timeout(Duration::from_secs(1), spawn_owned(search(3)));
        if call.await.is_err() {
            info!("the customer hung up");
        }
        sleep(Duration::from_secs(3)).await;
    });
}

#[cfg(test)]
mod tests {
    use std::panic::{panic_any, resume_unwind};

    use tokio::{runtime::Handle, task::yield_now};

    use super::*;

    /// A solution that never gets its value is not waited for longer than this.
    const PATIENCE: Duration = Duration::from_secs(60);

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn awaiting_gives_the_value() {
        for seconds in [0, 2, 5] {
            let played = stage::record(async {
                let asker = spawn_owned(search(seconds)).instrument(info_span!("asker"));
                let value = timeout(PATIENCE, asker).await;
                (value.ok(), Handle::current().metrics().num_alive_tasks())
            });
            let happened = played.what_happened();
            let (value, left) = played.value;
            assert_eq!(value, Some(seconds * 10), "the value of the task{happened}");
            assert!(
                played.elapsed == s(seconds),
                "the search takes {seconds} s; the value came after {:?}{happened}",
                played.elapsed
            );
            let polls = played.lane("asker").polls;
            assert!(
                polls <= 3,
                "whoever waits was polled {polls} times: the task's handle wakes it when there is \
                 something to see{happened}"
            );
            assert!(
                left == 0,
                "{left} tasks are left after the search{happened}"
            );
        }
    }

    #[test]
    fn it_runs_before_anybody_waits() {
        let played = stage::record(async {
            let searching = spawn_owned(search(2));
            sleep(s(2)).await;
            timeout(PATIENCE, searching).await.ok()
        });
        let happened = played.what_happened();
        assert_eq!(played.value, Some(20), "the value of the task{happened}");
        assert!(
            played.elapsed == s(2),
            "the search began only when somebody waited: it should be a task{happened}"
        );
    }

    /// What somebody gets who awaits a task that panics so.
    fn caught(panics: impl FnOnce() -> u64 + Send + 'static) -> Box<dyn std::any::Any + Send> {
        let end = stage::virtual_time(async {
            let asker = timeout(PATIENCE, spawn_owned(async { panics() }));
            tokio::spawn(asker).await
        });
        match end {
            Err(error) => error.into_panic(),
            Ok(Ok(_)) => panic!("the task panicked, and awaiting it gave a value"),
            Ok(Err(_)) => panic!("the panic got lost: whoever awaits the task waits for ever"),
        }
    }

    #[test]
    fn a_panic_goes_on_in_whoever_waits() {
        assert_eq!(
            caught(|| panic!("no such hall")).downcast_ref::<&str>(),
            Some(&"no such hall"),
            "the panic of the task itself should go on, not another one about it"
        );
        assert_eq!(
            caught(|| panic_any(404)).downcast_ref::<i32>(),
            Some(&404),
            "the panic of the task itself should go on, also if it is no text"
        );
        assert_eq!(
            caught(|| resume_unwind(Box::new('x'))).downcast_ref::<char>(),
            Some(&'x'),
            "the panic of the task itself should go on"
        );
    }

    #[test]
    fn dropping_stops_the_task() {
        for after in [0, 1] {
            let played = stage::record(async {
                let searching = spawn_owned(search(3));
                if after > 0 {
                    sleep(s(after)).await;
                }
                drop(searching);
                yield_now().await;
                let left = Handle::current().metrics().num_alive_tasks();
                sleep(s(5)).await;
                left
            });
            let happened = played.what_happened();

            assert_eq!(
                played.events,
                [],
                "dropped after {after} s, the task should not find anything any more{happened}"
            );
            assert!(
                played.value == 0,
                "dropped after {after} s, the task runs on without anybody waiting{happened}"
            );
        }
    }

    #[test]
    fn dropping_after_a_look_stops_the_task_too() {
        let played = stage::record(async {
            let call = timeout(s(1), spawn_owned(search(3)));
            assert!(
                call.await.is_err(),
                "a search of 3 s has no value after 1 s"
            );
            sleep(s(5)).await;
        });
        assert_eq!(
            played.events,
            [],
            "the customer hung up after 1 s, and the search went on{}",
            played.what_happened()
        );
    }
}
