//! A bell that passes a ring on if the one who was called gives up. It is right on one thread.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    hatch::Rings,
    sync::{AtomicBool, Mutex, MutexGuard, Ordering::SeqCst, PoisonError},
    waiting::Waiting,
};

/// A flag beside a line.
#[derive(Debug, Default)]
pub struct Bell {
    rung: AtomicBool,
    waiting: Mutex<Waiting>,
}

impl Rings for Bell {
    fn ring(&self) {
        let first = self.line().call();
        match first {
            Some(waker) => waker.wake(),
            None => self.rung.store(true, SeqCst),
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
    fn line(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
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
        let Some(number) = self.number else {
            if self.bell.rung.swap(false, SeqCst) {
                return Poll::Ready(());
            }
            let number = self.bell.line().enter(context.waker());
            self.number = Some(number);
            return Poll::Pending;
        };
        if self.bell.line().stands(number, context.waker()) {
            return Poll::Pending;
        }
        self.number = None;
        Poll::Ready(())
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let stood_there = self.bell.line().leave(number);
        if !stood_there {
            self.bell.ring();
        }
    }
}
