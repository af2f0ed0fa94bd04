//! Right: on the heap, and the second first.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// Both values, as soon as the later one is there.
async fn both<A: Future, B: Future>(first: A, second: B) -> (A::Output, B::Output) {
    let (mut first, mut second) = (Box::pin(first), Box::pin(second));
    let (mut one, mut other) = (None, None);
    poll_fn(|context| {
        if other.is_none() {
            other = ready(second.as_mut().poll(context));
        }
        if one.is_none() {
            one = ready(first.as_mut().poll(context));
        }
        match (one.take(), other.take()) {
            (Some(one), Some(other)) => Poll::Ready((one, other)),
            unfinished => {
                (one, other) = unfinished;
                Poll::Pending
            }
        }
    })
    .await
}

fn ready<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

// From here on as in the solution:
// async fn aboard(who: &'static str, seconds: u64) -> &'static str {
