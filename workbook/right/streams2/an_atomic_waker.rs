//! Right: `AtomicWaker` keeps the latest one by itself.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use futures::{Stream, StreamExt, task::AtomicWaker};
use tokio::time::sleep;

/// What the box and the postman share.
#[derive(Default)]
struct Slot {
    letters: VecDeque<u32>,
    closed: bool,
    waker: AtomicWaker,
}

impl Stream for Letters {
    type Item = u32;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<u32>> {
        let mut slot = self.0.lock().unwrap();
        if let Some(letter) = slot.letters.pop_front() {
            return Poll::Ready(Some(letter));
        }
        if slot.closed {
            return Poll::Ready(None);
        }
        slot.waker.register(context.waker());
        Poll::Pending
    }
}

impl Postman {
    fn deliver(&self, letter: u32) {
        let mut slot = self.0.lock().unwrap();
        slot.letters.push_back(letter);
        slot.waker.wake();
    }
}

/// A postman who goes home will not bring anything any more.
impl Drop for Postman {
    fn drop(&mut self) {
        let mut slot = self.0.lock().unwrap();
        slot.closed = true;
        slot.waker.wake();
    }
}

// From here on as in the solution:
// /// The letters that come, until the postman goes home.
