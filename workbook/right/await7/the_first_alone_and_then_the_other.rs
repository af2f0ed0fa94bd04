//! Right: waits for whoever comes first, then awaits the other.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// Both values, as soon as the later one is there.
async fn both<A: Future, B: Future>(first: A, second: B) -> (A::Output, B::Output) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let (one, other) = poll_fn(|context| {
        let polled = (first.as_mut().poll(context), second.as_mut().poll(context));
        match polled {
            (Poll::Pending, Poll::Pending) => Poll::Pending,
            (one, other) => Poll::Ready((ready(one), ready(other))),
        }
    })
    .await;
    match (one, other) {
        (Some(one), Some(other)) => (one, other),
        (Some(one), None) => (one, second.await),
        (None, Some(other)) => (first.await, other),
        (None, None) => unreachable!("one is ready"),
    }
}

fn ready<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

// From here on as in the solution:
// async fn aboard(who: &'static str, seconds: u64) -> &'static str {
