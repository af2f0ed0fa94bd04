//! A `JoinHandle`: the place where a task leaves its value, and the waker of the one who waits for it.

use std::{
    any::Any,
    error::Error,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

use crate::{primitives::lock, task::Task};

/// Waits for a task's value. The task goes on if it is dropped.
///
/// Cancel safe: as long as the handle is there, the value can be awaited again.
pub struct JoinHandle<T> {
    task: Arc<Task>,
    place: Arc<Place<T>>,
}

/// What the task and its handle share.
struct Place<T>(Mutex<State<T>>);

enum State<T> {
    Running(Option<Waker>),
    Over(Result<T, JoinError>),
    Taken,
}

/// Why a task has no value.
#[derive(Debug)]
pub enum JoinError {
    /// It was dropped before its end.
    Cancelled,
    /// It panicked, with this.
    Panicked(Box<dyn Any + Send>),
}

/// A future that leaves its value, or the reason why there is none, in the place of its handle.
pub(crate) struct Work<F: Future> {
    future: Option<Pin<Box<F>>>,
    place: Arc<Place<F::Output>>,
}

impl<F: Future> Work<F> {
    pub(crate) fn new(future: F) -> Self {
        Self {
            future: Some(Box::pin(future)),
            place: Arc::new(Place(Mutex::new(State::Running(None)))),
        }
    }

    /// Makes a task of it with `start`.
    pub(crate) fn start(self, start: impl FnOnce(Self) -> Arc<Task>) -> JoinHandle<F::Output> {
        let place = Arc::clone(&self.place);
        let task = start(self);
        JoinHandle { task, place }
    }

    /// The future is dropped before anybody hears that it is over. Its destructor may panic, too.
    fn end(&mut self, result: Result<F::Output, JoinError>) {
        let dropped = catch_unwind(AssertUnwindSafe(|| self.future = None));
        let result = dropped.map_err(JoinError::Panicked).and(result);
        self.place.end(result);
    }
}

impl<F: Future> Future for Work<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let future = self.future.as_mut();
        let future = future.expect("it is not polled after its end");
        // Nobody sees the future again after a panic: it is dropped.
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        let result = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(value)) => Ok(value),
            Err(panic) => Err(JoinError::Panicked(panic)),
        };
        self.end(result);
        Poll::Ready(())
    }
}

impl<F: Future> Drop for Work<F> {
    fn drop(&mut self) {
        if self.future.is_some() {
            self.end(Err(JoinError::Cancelled));
        }
    }
}

impl<T> Place<T> {
    fn end(&self, result: Result<T, JoinError>) {
        let before = std::mem::replace(&mut *lock(&self.0), State::Over(result));
        if let State::Running(Some(waker)) = before {
            waker.wake();
        }
    }
}

impl<T> JoinHandle<T> {
    /// Asks the executor to drop the task instead of polling it again.
    pub fn abort(&self) {
        self.task.abort();
    }

    /// Whether the task is over.
    pub fn is_finished(&self) -> bool {
        !matches!(&*lock(&self.place.0), State::Running(_))
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = lock(&self.place.0);
        match std::mem::replace(&mut *state, State::Taken) {
            State::Running(_) => {
                *state = State::Running(Some(context.waker().clone()));
                Poll::Pending
            }
            State::Over(result) => Poll::Ready(result),
            State::Taken => panic!("a JoinHandle is awaited once"),
        }
    }
}

impl JoinError {
    /// Whether it was dropped before its end.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled)
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Cancelled => "the task was dropped before its end",
            Self::Panicked(_) => "the task panicked",
        })
    }
}

impl Error for JoinError {}
