//! A bounded queue with many senders and one receiver. Its room is a semaphore, as in Tokio.

use std::{
    collections::VecDeque,
    error::Error,
    fmt,
    future::poll_fn,
    task::{Context, Poll, Waker},
};

use super::{
    primitives::{Arc, Mutex, lock},
    semaphore::Semaphore,
};

/// Puts items into the queue.
#[derive(Debug)]
pub struct Sender<T>(Arc<Shared<T>>);

/// Takes items out of the queue.
#[derive(Debug)]
pub struct Receiver<T>(Arc<Shared<T>>);

#[derive(Debug)]
struct Shared<T> {
    room: Semaphore,
    queue: Mutex<Queue<T>>,
}

#[derive(Debug)]
struct Queue<T> {
    items: VecDeque<T>,
    senders: usize,
    receiver_gone: bool,
    waiter: Option<Waker>,
}

/// The receiver is gone; here is the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendError<T>(pub T);

/// A queue with room for so many items.
///
/// # Panics
///
/// If there is to be no room.
pub fn channel<T>(room: usize) -> (Sender<T>, Receiver<T>) {
    assert!(room > 0, "a queue without room");
    let queue = Queue {
        items: VecDeque::new(),
        senders: 1,
        receiver_gone: false,
        waiter: None,
    };
    let shared = Arc::new(Shared {
        room: Semaphore::new(room),
        queue: Mutex::new(queue),
    });
    (Sender(Arc::clone(&shared)), Receiver(shared))
}

impl<T> Sender<T> {
    /// Waits for room and puts the item there.
    ///
    /// Cancel safe in that the item is either sent or dropped; the place in the line is lost.
    ///
    /// # Errors
    ///
    /// If the receiver is gone.
    pub async fn send(&self, item: T) -> Result<(), SendError<T>> {
        if self.0.room.acquire().await.is_err() {
            return Err(SendError(item));
        }
        let waiter = {
            let mut queue = lock(&self.0.queue);
            if queue.receiver_gone {
                return Err(SendError(item));
            }
            queue.items.push_back(item);
            queue.waiter.take()
        };
        waiter.into_iter().for_each(Waker::wake);
        Ok(())
    }
}

impl<T> Receiver<T> {
    /// The next item; `None` once the queue is empty and all senders are gone.
    ///
    /// Cancel safe: no item is lost.
    pub async fn recv(&mut self) -> Option<T> {
        poll_fn(|context| self.poll_recv(context)).await
    }

    fn poll_recv(&self, context: &mut Context<'_>) -> Poll<Option<T>> {
        let item = {
            let mut queue = lock(&self.0.queue);
            let item = queue.items.pop_front();
            if item.is_none() && queue.senders > 0 {
                queue.waiter = Some(context.waker().clone());
                return Poll::Pending;
            }
            item
        };
        if item.is_some() {
            self.0.room.release();
        }
        Poll::Ready(item)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        lock(&self.0.queue).senders += 1;
        Self(Arc::clone(&self.0))
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let waiter = {
            let mut queue = lock(&self.0.queue);
            queue.senders -= 1;
            (queue.senders == 0).then(|| queue.waiter.take()).flatten()
        };
        waiter.into_iter().for_each(Waker::wake);
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let items = {
            let mut queue = lock(&self.0.queue);
            queue.receiver_gone = true;
            std::mem::take(&mut queue.items)
        };
        self.0.room.close();
        drop(items);
    }
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the receiver is gone")
    }
}

impl<T: fmt::Debug> Error for SendError<T> {}
