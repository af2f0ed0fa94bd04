//! Right: clones a waker only when another task asks.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures::{Stream, StreamExt};
use tokio::time::sleep;

/// What the box and the postman share.
#[derive(Default)]
struct Slot {
    letters: VecDeque<u32>,
    closed: bool,
    waker: Option<Waker>,
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
        let asks = context.waker();
        if !slot
            .waker
            .as_ref()
            .is_some_and(|waker| waker.will_wake(asks))
        {
            slot.waker = Some(asks.clone());
        }
        Poll::Pending
    }
}

impl Postman {
    fn deliver(&self, letter: u32) {
        let mut slot = self.0.lock().unwrap();
        slot.letters.push_back(letter);
        let waker = slot.waker.take();
        drop(slot);
        waker.iter().for_each(Waker::wake_by_ref);
    }
}

/// A postman who goes home will not bring anything any more.
impl Drop for Postman {
    fn drop(&mut self) {
        let mut slot = self.0.lock().unwrap();
        slot.closed = true;
        if let Some(waker) = slot.waker.take() {
            waker.wake();
        }
    }
}

// From here on as in the solution:
// /// The letters that come, until the postman goes home.
