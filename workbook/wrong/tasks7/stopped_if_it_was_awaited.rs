//! Wrong: only whoever was polled once aborts the task.

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
    awaited: bool,
}

fn spawn_owned<F>(future: F) -> Owned<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    Owned {
        handle: tokio::spawn(future),
        awaited: false,
    }
}

impl<T> Future for Owned<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        self.awaited = true;
        Pin::new(&mut self.handle).poll(context).map(|ended| {
            ended.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
        })
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        if self.awaited {
            self.handle.abort();
        }
    }
}

// From here on as in the solution:
// async fn search(seconds: u64) -> u64 {
