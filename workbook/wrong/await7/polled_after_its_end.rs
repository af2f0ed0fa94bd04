//! Wrong: polls both until both are ready in the same poll.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// Both values, as soon as the later one is there.
async fn both<A: Future, B: Future>(first: A, second: B) -> (A::Output, B::Output) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    poll_fn(|context| {
        let polled = (first.as_mut().poll(context), second.as_mut().poll(context));
        match polled {
            (Poll::Ready(one), Poll::Ready(other)) => Poll::Ready((one, other)),
            _ => Poll::Pending,
        }
    })
    .await
}

// From here on as in the solution:
// async fn aboard(who: &'static str, seconds: u64) -> &'static str {
