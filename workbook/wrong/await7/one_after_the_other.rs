//! Wrong: awaits the first before the second begins, with `poll_fn` around each.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// Both values, as soon as the later one is there.
async fn both<A: Future, B: Future>(first: A, second: B) -> (A::Output, B::Output) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let one = poll_fn(|context| first.as_mut().poll(context)).await;
    (one, poll_fn(|context| second.as_mut().poll(context)).await)
}

// From here on as in the solution:
// async fn aboard(who: &'static str, seconds: u64) -> &'static str {
