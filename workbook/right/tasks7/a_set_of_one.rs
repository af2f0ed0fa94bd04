//! Right: a set stops what it holds, and can be polled.

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
    tasks: tokio::task::JoinSet<T>,
}

fn spawn_owned<F>(future: F) -> Owned<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(future);
    Owned { tasks }
}

impl<T: 'static> Future for Owned<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        self.tasks.poll_join_next(context).map(|ended| match ended {
            Some(Ok(value)) => value,
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            None => panic!("polled after its end"),
        })
    }
}

// From here on as in the solution:
// async fn search(seconds: u64) -> u64 {
