//! Wrong: whoever polls later is not woken.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// Both values, as soon as the later one is there.
async fn both<A: Future, B: Future>(first: A, second: B) -> (A::Output, B::Output) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let (mut one, mut other) = (None, None);
    let mut known: Option<std::task::Waker> = None;
    poll_fn(|context| {
        let waker = known.get_or_insert_with(|| context.waker().clone());
        let context = &mut std::task::Context::from_waker(waker);
        if one.is_none() {
            one = ready(first.as_mut().poll(context));
        }
        if other.is_none() {
            other = ready(second.as_mut().poll(context));
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
