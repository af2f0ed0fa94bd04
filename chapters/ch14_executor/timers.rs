//! Who waits for when.

use std::{fmt::Debug, task::Waker};

/// Who waits for when. Times are milliseconds since the beginning.
pub trait Timers: Debug + Send {
    /// Has the waker called at that time; the same waiter has the same `id`, and numbers grow.
    fn insert(&mut self, at: u64, id: u64, waker: Waker);
    /// Forgets a waiter, if there is one.
    fn remove(&mut self, at: u64, id: u64);
    /// When somebody, at the earliest, has to be woken: not later than that.
    fn next(&self) -> Option<u64>;
    /// Whom to wake now, in order of time, and of `id` within the same millisecond.
    fn due(&mut self, now: u64) -> Vec<Waker>;
    /// So many waiters are kept.
    fn len(&self) -> usize;
    /// Nobody waits.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
