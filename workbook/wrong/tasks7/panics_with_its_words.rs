//! Wrong: another panic with the same words; what was thrown need not be a text.

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

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        Pin::new(&mut self.handle).poll(context).map(|ended| {
            ended.unwrap_or_else(|error| {
                let panic = error.into_panic();
                match panic.downcast_ref::<&'static str>() {
                    Some(words) => std::panic::panic_any(*words),
                    None => panic!("the task panicked"),
                }
            })
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
