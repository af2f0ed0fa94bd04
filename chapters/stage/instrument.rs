//! `.instrument(span)`, as tracing has it, that also tells how the future ended.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;
use tracing::{Span, dispatcher, info, instrument::Instrumented};

/// The target of the event by which a future on a lane reports its end.
pub(crate) const OUTCOME: &str = "stage::outcome";

/// Attaches a span to a future: [`tracing::Instrument`], and one thing more.
///
/// Tracing reports each poll of a future, but not what the poll returned, so it cannot tell a
/// future that ended from one that was dropped half-way. This one can: it emits an event when
/// the future ends. Everything else is left to tracing.
///
/// Create the span inside the story: `stage::play("…", toast().instrument(info_span!("toast")))`
/// creates it before anybody listens, and there is no lane. `async { … }` around it helps.
pub trait Instrument: Future + Sized {
    /// Gives this future a lane of its own: `span` is entered for each of its polls.
    fn instrument(self, span: Span) -> OnLane<Self> {
        OnLane {
            inner: tracing::Instrument::instrument(self, span),
            state: State::Waiting,
        }
    }

    /// Lets this future play on the lane that is current now, also when another task polls it.
    fn in_current_span(self) -> Instrumented<Self> {
        tracing::Instrument::in_current_span(self)
    }
}

impl<F: Future> Instrument for F {}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Waiting,
    /// Inside a poll. A future that is dropped in this state has panicked.
    Running,
    Finished,
}

pin_project! {
    /// A future with a lane of its own, made by [`Instrument::instrument`].
    pub struct OnLane<F> {
        #[pin]
        inner: Instrumented<F>,
        state: State,
    }

    impl<F> PinnedDrop for OnLane<F> {
        fn drop(this: Pin<&mut Self>) {
            match this.state {
                State::Waiting => report(this.inner.span(), "cancelled"),
                State::Running => report(this.inner.span(), "panicked"),
                State::Finished => {}
            }
        }
    }
}

impl<F: Future> Future for OnLane<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        *this.state = State::Running;
        let poll = this.inner.as_mut().poll(context);
        if poll.is_ready() {
            *this.state = State::Finished;
            report(this.inner.span(), "finished");
        } else {
            *this.state = State::Waiting;
        }
        poll
    }
}

/// Tells the listener that knows the span, even if another story, or none, is heard here and now.
fn report(span: &Span, outcome: &'static str) {
    span.with_subscriber(|(_, listener)| {
        dispatcher::with_default(listener, || info!(target: OUTCOME, parent: span, outcome));
    });
}
