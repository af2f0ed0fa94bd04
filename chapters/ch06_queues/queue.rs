//! A bounded queue that several tasks may take from.

use std::sync::Arc;

use thiserror::Error;
use tokio::sync::{Mutex, Semaphore, mpsc};

/// A queue cannot have this much room.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a queue has room for 1 to {most} items, not for {0}", most = Semaphore::MAX_PERMITS)]
pub struct BadCapacity(pub usize);

/// A queue with room for `capacity` items, for any number of senders and of receivers.
///
/// # Errors
///
/// If there is to be no room at all, or more than a channel can count. (Tokio's own
/// [`mpsc::channel`] panics in both cases.)
pub fn bounded<T>(capacity: usize) -> Result<(mpsc::Sender<T>, SharedReceiver<T>), BadCapacity> {
    if !(1..=Semaphore::MAX_PERMITS).contains(&capacity) {
        return Err(BadCapacity(capacity));
    }
    let (sender, receiver) = mpsc::channel(capacity);
    Ok((sender, receiver.into()))
}

/// The receiving end of a queue, which clones so that several tasks can take from it.
///
/// Whoever waits for an item holds the lock and the others stand behind, first come, first
/// served: Tokio's mutex is fair. So an item wakes the one who takes it, and that one wakes the next,
/// who waits for an item from then on; the others sleep on.
pub struct SharedReceiver<T>(Arc<Mutex<mpsc::Receiver<T>>>);

impl<T> SharedReceiver<T> {
    /// The next item; `None` once all senders are gone and the queue is empty.
    ///
    /// Cancel safe: no item is lost, only the place in the line of receivers.
    pub async fn recv(&self) -> Option<T> {
        self.0.lock().await.recv().await
    }
}

impl<T> From<mpsc::Receiver<T>> for SharedReceiver<T> {
    fn from(receiver: mpsc::Receiver<T>) -> Self {
        Self(Arc::new(Mutex::new(receiver)))
    }
}

impl<T> Clone for SharedReceiver<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
