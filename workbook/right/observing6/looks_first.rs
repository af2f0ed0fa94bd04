//! Right: looks whether it stands in the line, and leaves it then.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures::future::{join, join_all};
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

#[derive(Default)]
struct Desk(Mutex<Inside>);

#[derive(Default)]
struct Inside {
    books: u32,
    next: u64,
    line: VecDeque<(u64, Waker)>,
}

impl Desk {
    /// A book comes back: it is for the first of the line, if there is one.
    fn give_back(&self) {
        let first = {
            let mut inside = self.inside();
            let first = inside.line.pop_front();
            inside.books += u32::from(first.is_none());
            first
        };
        if let Some((_, waker)) = first {
            waker.wake();
        }
    }

    /// Waits for a book.
    fn borrow(&self) -> Borrow<'_> {
        Borrow {
            desk: self,
            number: None,
        }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Borrow<'a> {
    desk: &'a Desk,
    /// The place in the line; who has one and is no longer there was called, and a book is kept for them.
    number: Option<u64>,
}

impl Future for Borrow<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut inside = self.desk.inside();
        if let Some(number) = self.number {
            if let Some((_, waker)) = inside.line.iter_mut().find(|(other, _)| *other == number) {
                waker.clone_from(context.waker());
                return Poll::Pending;
            }
            drop(inside);
            self.number = None;
            return Poll::Ready(());
        }
        if inside.books > 0 {
            inside.books -= 1;
            return Poll::Ready(());
        }
        let number = inside.next;
        inside.next += 1;
        inside.line.push_back((number, context.waker().clone()));
        drop(inside);
        self.number = Some(number);
        Poll::Pending
    }
}

impl Drop for Borrow<'_> {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let stood_there = {
            let mut inside = self.desk.inside();
            let place = inside.line.iter().position(|(other, _)| *other == number);
            place.and_then(|place| inside.line.remove(place)).is_some()
        };
        if !stood_there {
            self.desk.give_back();
        }
    }
}


// From here on as in the solution:
// /// Six books come back, one by one; eight readers want one, and half of them give up at some time. Returns how many
