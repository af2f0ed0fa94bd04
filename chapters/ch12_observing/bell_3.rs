//! The bell that is right: what is looked at and what is changed lie under one lock.

use std::{
    mem::take,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    hatch::Rings,
    sync::{Mutex, MutexGuard, PoisonError},
    waiting::Waiting,
};

/// A flag and a line under one lock.
#[derive(Debug, Default)]
pub struct Bell(Mutex<Inside>);

#[derive(Debug, Default)]
struct Inside {
    rung: bool,
    waiting: Waiting,
}

impl Rings for Bell {
    fn ring(&self) {
        let first = {
            let mut inside = self.lock();
            let first = inside.waiting.call();
            inside.rung |= first.is_none();
            first
        };
        // Without the lock: the one who is woken may want it at once.
        if let Some(waker) = first {
            waker.wake();
        }
    }

    fn wait(&self) -> impl Future<Output = ()> + Send {
        Wait {
            bell: self,
            number: None,
        }
    }
}

impl Bell {
    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Wait<'a> {
    bell: &'a Bell,
    /// In the line, or called out of it.
    number: Option<u64>,
}

impl Future for Wait<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let bell = self.bell;
        let mut inside = bell.lock();
        let waits = match self.number {
            Some(number) => inside.waiting.stands(number, context.waker()),
            None => !take(&mut inside.rung),
        };
        if !waits {
            self.number = None;
            return Poll::Ready(());
        }
        self.number
            .get_or_insert_with(|| inside.waiting.enter(context.waker()));
        Poll::Pending
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let stood_there = self.bell.lock().waiting.leave(number);
        if !stood_there {
            self.bell.ring();
        }
    }
}
