//! Wrong: polls with a sleep.

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
    pause: Pin<Box<tokio::time::Sleep>>,
}

fn spawn_owned<F>(future: F) -> Owned<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    Owned {
        handle: tokio::spawn(future),
        pause: Box::pin(sleep(Duration::ZERO)),
    }
}

impl<T> Future for Owned<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        while !self.handle.is_finished() {
            std::task::ready!(self.pause.as_mut().poll(context));
            self.pause = Box::pin(sleep(Duration::from_millis(1)));
        }
        Pin::new(&mut self.handle).poll(context).map(|ended| {
            ended.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
        })
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        self.handle.abort();
    }
}

// From here on as in the solution:
// async fn search(seconds: u64) -> u64 {
