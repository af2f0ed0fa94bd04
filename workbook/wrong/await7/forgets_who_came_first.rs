//! Wrong: throws a value away while the other is missing.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// Both values, as soon as the later one is there.
async fn both<A: Future, B: Future>(first: A, second: B) -> (A::Output, B::Output) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let (mut one, mut other) = (None, None);
    let (mut first_ended, mut second_ended) = (false, false);
    poll_fn(|context| {
        if !first_ended {
            one = ready(first.as_mut().poll(context));
            first_ended = one.is_some();
        }
        if !second_ended {
            other = ready(second.as_mut().poll(context));
            second_ended = other.is_some();
        }
        match (one.take(), other.take()) {
            (Some(one), Some(other)) => Poll::Ready((one, other)),
            _ => Poll::Pending,
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
