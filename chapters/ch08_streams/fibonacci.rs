//! Fibonacci's numbers, with a pause before each: one stream, written in three ways.

use std::{
    mem::replace,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use async_stream::stream;
use futures::{Stream, stream};
use tokio::time::{Instant, Sleep, sleep};

/// Before each number.
pub const PAUSE: Duration = Duration::from_millis(50);

/// By hand: the state is a struct, and each `.await` a field and a `ready!`. Ends before a sum
/// would not fit.
pub struct ByHand {
    a: u64,
    b: u64,
    pause: Pin<Box<Sleep>>,
}

/// Begins with 0 and 1.
///
/// # Panics
///
/// Outside of a runtime.
#[must_use]
pub fn by_hand() -> ByHand {
    let pause = Box::pin(sleep(PAUSE));
    ByHand { a: 0, b: 1, pause }
}

impl Stream for ByHand {
    type Item = u64;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<u64>> {
        let Some(sum) = self.a.checked_add(self.b) else {
            return Poll::Ready(None);
        };
        ready!(self.pause.as_mut().poll(context));
        self.pause.as_mut().reset(Instant::now() + PAUSE);
        let b = replace(&mut self.b, sum);
        Poll::Ready(Some(replace(&mut self.a, b)))
    }
}

/// By `unfold`: an async closure makes an item and the next state out of a state, or `None`.
pub fn by_unfold() -> impl Stream<Item = u64> {
    stream::unfold((0_u64, 1), async |(a, b)| {
        let sum = a.checked_add(b)?;
        sleep(PAUSE).await;
        Some((a, (b, sum)))
    })
}

/// By macro: the state is local variables, and `yield` gives an item.
pub fn by_macro() -> impl Stream<Item = u64> {
    stream! {
        let (mut a, mut b) = (0_u64, 1);
        while let Some(sum) = a.checked_add(b) {
            sleep(PAUSE).await;
            yield a;
            (a, b) = (b, sum);
        }
    }
}
