//! Right: keeps what each poll returned.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// Both values, as soon as the later one is there.
async fn both<A: Future, B: Future>(first: A, second: B) -> (A::Output, B::Output) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let (mut one, mut other) = (Poll::Pending, Poll::Pending);
    poll_fn(move |context| {
        if one.is_pending() {
            one = first.as_mut().poll(context);
        }
        if other.is_pending() {
            other = second.as_mut().poll(context);
        }
        if one.is_pending() || other.is_pending() {
            return Poll::Pending;
        }
        match (
            std::mem::replace(&mut one, Poll::Pending),
            std::mem::replace(&mut other, Poll::Pending),
        ) {
            (Poll::Ready(one), Poll::Ready(other)) => Poll::Ready((one, other)),
            _ => unreachable!("both are ready"),
        }
    })
    .await
}

// From here on as in the solution:
// async fn aboard(who: &'static str, seconds: u64) -> &'static str {
