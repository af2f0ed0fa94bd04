//! Wrong: who has given up is woken, too.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

#[derive(Default)]
struct Museum(Mutex<Inside>);

#[derive(Default)]
struct Inside {
    open: bool,
    visitors: u64,
    waiting: BTreeMap<u64, Waker>,
}

impl Museum {
    /// Opens the door, once.
    fn open(&self) {
        let waiting = self.with(|inside| {
            inside.open = true;
            std::mem::take(&mut inside.waiting)
        });
        waiting.into_values().for_each(Waker::wake);
    }

    /// Waits until it is open.
    fn opened(&self) -> Opened<'_> {
        let number = self.with(|inside| {
            inside.visitors += 1;
            inside.visitors
        });
        Opened {
            museum: self,
            number,
        }
    }

    /// How many wakers it keeps.
    fn waiting(&self) -> usize {
        self.with(|inside| inside.waiting.len())
    }

    fn with<T>(&self, look: impl FnOnce(&mut Inside) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct Opened<'a> {
    museum: &'a Museum,
    /// A number of its own.
    number: u64,
}

impl Future for Opened<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.museum.with(|inside| {
            if inside.open {
                return Poll::Ready(());
            }
            inside.waiting.insert(self.number, context.waker().clone());
            Poll::Pending
        })
    }
}


// From here on as in the solution:
// fn main() {
