//! Wrong: does not look at the second before the first is there.

use std::{
    future::poll_fn,
    pin::pin,
    task::{Poll, ready},
    time::Duration,
};

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// Both values, as soon as the later one is there.
async fn both<A: Future, B: Future>(first: A, second: B) -> (A::Output, B::Output) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let mut one = None;
    poll_fn(|context| {
        if one.is_none() {
            one = Some(ready!(first.as_mut().poll(context)));
        }
        let other = ready!(second.as_mut().poll(context));
        Poll::Ready((one.take().unwrap(), other))
    })
    .await
}

// From here on as in the solution:
// async fn aboard(who: &'static str, seconds: u64) -> &'static str {
