//! `.instrument(span)`, as tracing has it, that also tells how the future ended.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;
use tracing::{Dispatch, Span, instrument::Instrumented, span::Id};

use crate::{recorder::Recorder, recording::Outcome};

/// Attaches a span to a future: [`tracing::Instrument`], and one thing more.
///
/// Tracing reports each poll of a future, but not what the poll returned, so it cannot tell a
/// future that ended from one that was dropped half-way. This one can: it tells the stage when
/// the future ends, and how. Everything else is left to tracing.
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
                State::Waiting => report(this.inner.span(), Outcome::Cancelled),
                State::Running => report(this.inner.span(), Outcome::Panicked),
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
        let observed = told(this.inner.span(), |recorder, _, _| {
            recorder.observed(this.inner.span(), context.waker())
        });
        let poll = match observed {
            Some(waker) => this.inner.as_mut().poll(&mut Context::from_waker(&waker)),
            None => this.inner.as_mut().poll(context),
        };
        if poll.is_ready() {
            *this.state = State::Finished;
            report(this.inner.span(), Outcome::Finished);
        } else {
            *this.state = State::Waiting;
        }
        poll
    }
}

fn report(span: &Span, outcome: Outcome) {
    told(span, |recorder, id, listener| {
        recorder.end(id, listener, outcome);
        Some(())
    });
}

/// Tells the story that knows the span, even if another story, or none, is heard here and now.
fn told<T>(span: &Span, tell: impl FnOnce(&Recorder, &Id, &Dispatch) -> Option<T>) -> Option<T> {
    let told = span.with_subscriber(|(id, listener)| {
        let recorder = listener.downcast_ref::<Recorder>()?;
        tell(recorder, id, listener)
    });
    told.flatten()
}
