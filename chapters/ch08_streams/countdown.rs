//! A stream by hand, and what each poll of it answers.

use std::{
    fmt::Debug,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures::{Stream, StreamExt};
use tokio::time::{Instant, Sleep, sleep};
use tracing::{Span, info, info_span};

const SECOND: Duration = Duration::from_secs(1);

/// Counts down to 1, one number a second.
pub struct Countdown {
    left: u32,
    // In a box, because a timer that runs must not be moved; the box may be.
    timer: Pin<Box<Sleep>>,
}

impl Countdown {
    /// The first number comes after a second.
    ///
    /// # Panics
    ///
    /// Outside of a runtime, which has the timers.
    #[must_use]
    pub fn from(number: u32) -> Self {
        Self {
            left: number,
            timer: Box::pin(sleep(SECOND)),
        }
    }
}

impl Stream for Countdown {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<u32>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        // Until it is due, the timer answers `Pending`, and keeps the waker for that moment.
        ready!(self.timer.as_mut().poll(context));
        self.timer.as_mut().reset(Instant::now() + SECOND);
        self.left -= 1;
        Poll::Ready(Some(self.left + 1))
    }
}

/// The same, but it looks at the clock and nobody is asked to wake it.
pub struct DeafCountdown {
    left: u32,
    due: Instant,
}

impl DeafCountdown {
    /// The first number is due after a second.
    #[must_use]
    pub fn from(number: u32) -> Self {
        Self {
            left: number,
            due: Instant::now() + SECOND,
        }
    }
}

impl Stream for DeafCountdown {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Option<u32>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        if Instant::now() < self.due {
            return Poll::Pending;
        }
        self.due = Instant::now() + SECOND;
        self.left -= 1;
        Poll::Ready(Some(self.left + 1))
    }
}

/// Tells what each poll of a stream answers, on a lane of its own.
pub struct Watched<S> {
    stream: S,
    lane: Span,
}

impl<S> Watched<S> {
    /// The lane is called `countdown`.
    pub fn new(stream: S) -> Self {
        Self {
            stream,
            lane: info_span!("countdown"),
        }
    }
}

impl<S: Stream<Item: Debug> + Unpin> Stream for Watched<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let _poll = self.lane.clone().entered();
        let answer = self.stream.poll_next_unpin(context);
        info!("{answer:?}");
        answer
    }
}

/// Takes all there is.
pub async fn watched(countdown: impl Stream<Item = u32> + Unpin) -> Vec<u32> {
    Watched::new(countdown).collect().await
}
