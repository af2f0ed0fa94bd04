//! A channel for one value: a place, and the waker of the one who waits for it.

use std::{
    error::Error,
    fmt,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use super::primitives::{Arc, Mutex, lock};

/// Sends one value.
#[derive(Debug)]
pub struct Sender<T>(Arc<Mutex<Place<T>>>);

/// Waits for one value.
///
/// Cancel safe: as long as the receiver is there, the value can be awaited again.
#[derive(Debug)]
pub struct Receiver<T>(Arc<Mutex<Place<T>>>);

/// What both share.
#[derive(Debug)]
struct Place<T> {
    value: Option<T>,
    waiter: Option<Waker>,
    sender_gone: bool,
    receiver_gone: bool,
}

/// The sender is gone and has sent nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecvError;

/// A sender and the receiver of its value.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let place = Arc::new(Mutex::new(Place {
        value: None,
        waiter: None,
        sender_gone: false,
        receiver_gone: false,
    }));
    (Sender(Arc::clone(&place)), Receiver(place))
}

impl<T> Sender<T> {
    /// Sends the value; it never waits.
    ///
    /// # Errors
    ///
    /// The value, if the receiver is gone.
    pub fn send(self, value: T) -> Result<(), T> {
        let mut place = lock(&self.0);
        if place.receiver_gone {
            return Err(value);
        }
        place.value = Some(value);
        // Dropping the sender wakes.
        Ok(())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let waiter = {
            let mut place = lock(&self.0);
            place.sender_gone = true;
            place.waiter.take()
        };
        // The one who is woken may want the lock at once.
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, RecvError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut place = lock(&self.0);
        if let Some(value) = place.value.take() {
            return Poll::Ready(Ok(value));
        }
        if place.sender_gone {
            return Poll::Ready(Err(RecvError));
        }
        place.waiter = Some(context.waker().clone());
        Poll::Pending
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        // A value that is there already goes with the place, when nobody holds its lock.
        lock(&self.0).receiver_gone = true;
    }
}

impl fmt::Display for RecvError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the sender is gone")
    }
}

impl Error for RecvError {}
