//! "Spawn and forget" is how programs lose tasks: whoever waited leaves, the task runs on. Tokio's
//! `JoinHandle` behaves so on purpose. A ticket desk wants the contrary: when the customer hangs
//! up, the search for seats ends.
//!
//! Goal: a small combinator. `spawn_owned(future)` runs it as a task; awaiting gives its value (not
//! a `Result`), a panic goes on in whoever awaits, and dropping stops the task.
//!
//! Lesson: `chapters/ch02_tasks/README.md`, "Three endings"

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
    use stage::Outcome;
    use tokio::{runtime::Handle, task::yield_now};

    use super::*;

    /// A solution that never gets its value is not waited for longer than this.
    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn awaiting_gives_the_value() {
        for seconds in [0, 2, 5] {
            let played = stage::record(async {
                let value = timeout(PATIENCE, spawn_owned(search(seconds))).await;
                (value, Handle::current().metrics().num_alive_tasks())
            });
            let (value, left) = played.value;
            assert_eq!(value.ok(), Some(seconds * 10), "the value of the task");
            assert_eq!(played.elapsed, Duration::from_secs(seconds));
            assert_eq!(left, 0);
        }
    }

    #[test]
    fn it_runs_before_anybody_waits() {
        let played = stage::record(async {
            let searching = spawn_owned(search(2));
            sleep(Duration::from_secs(2)).await;
            timeout(PATIENCE, searching).await.ok()
        });
        assert_eq!(played.value, Some(20));
        assert_eq!(played.elapsed, Duration::from_secs(2));
    }

    #[test]
    fn a_panic_goes_on_in_whoever_waits() {
        let caught = stage::virtual_time(async {
            let asker = tokio::spawn(timeout(
                PATIENCE,
                spawn_owned(async { panic!("no such hall") }),
            ));
            asker.await.map(|_| ())
        });
        let panic = caught.expect_err("the panic got lost").into_panic();
        assert_eq!(
            panic.downcast_ref::<&str>(),
            Some(&"no such hall"),
            "the panic of the task itself should go on, not another one about it"
        );
    }

    #[test]
    fn dropping_stops_the_task() {
        for after in [0, 1] {
            let played = stage::record(async {
                let searching = spawn_owned(search(3));
                if after > 0 {
                    sleep(Duration::from_secs(after)).await;
                }
                drop(searching);
                yield_now().await;
                let left = Handle::current().metrics().num_alive_tasks();
                sleep(Duration::from_secs(5)).await;
                left
            });

            assert_eq!(played.value, 0, "the task runs on without anybody waiting");
            assert_eq!(played.events, [], "it should not have found anything");
            for lane in &played.lanes {
                assert_eq!(lane.outcome, Outcome::Cancelled);
            }
        }
    }
}
