//! A semaphore: so many may pass, the others stand in line. A queue's room is counted by it.

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::Pin,
    task::{Context, Poll, Waker},
};

use super::primitives::{Mutex, lock};

/// So many permits, given out first come, first served.
#[derive(Debug)]
pub struct Semaphore(Mutex<Line>);

#[derive(Debug, Default)]
struct Line {
    permits: usize,
    closed: bool,
    next_ticket: u64,
    waiting: BTreeMap<u64, Waker>,
    /// Tickets that have a permit which nobody has fetched yet.
    granted: BTreeSet<u64>,
}

/// Nobody is given a permit any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

impl Semaphore {
    /// More permits than this no semaphore can have. (Tokio's number.)
    pub const MAX_PERMITS: usize = usize::MAX >> 3;

    /// With so many permits.
    pub fn new(permits: usize) -> Self {
        Self(Mutex::new(Line {
            permits,
            ..Line::default()
        }))
    }

    /// Waits for a permit, which is kept until somebody calls [`Self::release`].
    ///
    /// Cancel safe: who leaves loses the place in the line, and passes on a permit that came meanwhile.
    pub fn acquire(&self) -> Acquire<'_> {
        let (semaphore, ticket) = (self, None);
        Acquire { semaphore, ticket }
    }

    /// Gives back a permit: to the first in line, if there is one.
    pub fn release(&self) {
        let first = {
            let mut line = lock(&self.0);
            let first = line.waiting.pop_first();
            match &first {
                Some((ticket, _)) => drop(line.granted.insert(*ticket)),
                None => line.permits += 1,
            }
            first
        };
        if let Some((_, waker)) = first {
            waker.wake();
        }
    }

    /// Sends away everybody in line, and whoever comes.
    pub fn close(&self) {
        let waiting = {
            let mut line = lock(&self.0);
            line.closed = true;
            std::mem::take(&mut line.waiting)
        };
        waiting.into_values().for_each(Waker::wake);
    }
}

/// Made by [`Semaphore::acquire`].
#[derive(Debug)]
pub struct Acquire<'a> {
    semaphore: &'a Semaphore,
    /// The place in the line, once there was a wait.
    ticket: Option<u64>,
}

impl Future for Acquire<'_> {
    type Output = Result<(), Closed>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut line = lock(&self.semaphore.0);
        if let Some(ticket) = self.ticket
            && line.granted.remove(&ticket)
        {
            self.ticket = None;
            return Poll::Ready(Ok(()));
        }
        if line.closed {
            return Poll::Ready(Err(Closed));
        }
        // Permits are free only while nobody stands in line.
        if self.ticket.is_none() && line.permits > 0 {
            line.permits -= 1;
            return Poll::Ready(Ok(()));
        }
        let ticket = *self.ticket.get_or_insert_with(|| {
            line.next_ticket += 1;
            line.next_ticket
        });
        line.waiting.insert(ticket, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let granted = {
            let mut line = lock(&self.semaphore.0);
            line.waiting.remove(&ticket);
            line.granted.remove(&ticket)
        };
        if granted {
            self.semaphore.release();
        }
    }
}
