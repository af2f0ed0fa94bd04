//! A sliding window: never more than so many in any second, whichever second that is.

use std::{collections::VecDeque, time::Duration};

use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until},
};

use super::permits::InvalidLimit;

/// Remembers the last `limit` calls; one more goes ahead when the oldest of them is a `period` old.
///
/// In **any** stretch shorter than `period`, wherever it begins, at most `limit` calls go ahead;
/// all of them may do so at once. What counts is the moment at which [`acquire`](Self::acquire)
/// lets a call go, by this machine's clock.
///
/// It needs memory for `limit` moments. Waiting is as cheap as for a
/// [`TokenBucket`](super::token_bucket::TokenBucket): one timer, and a queue.
#[derive(Debug)]
pub struct SlidingWindow {
    limit: usize,
    period: Duration,
    /// When the last calls went ahead, the oldest first. Whoever is first in line holds this lock,
    /// also while it sleeps.
    last: Mutex<VecDeque<Instant>>,
}

impl SlidingWindow {
    /// Allows `limit` calls in any `period`.
    ///
    /// # Errors
    ///
    /// If `limit` is 0.
    pub fn new(limit: usize, period: Duration) -> Result<Self, InvalidLimit> {
        if limit == 0 {
            return Err(InvalidLimit::Zero);
        }
        Ok(Self {
            limit,
            period,
            last: Mutex::default(),
        })
    }

    /// Waits until a call may go ahead. First come, first served.
    ///
    /// Cancel safety: dropped before it is done, it has changed nothing; only the place in line is
    /// lost, and whoever came next moves up.
    ///
    /// # Panics
    ///
    /// If it has to wait for a moment that is too far away for an `Instant`, as with a period of
    /// [`Duration::MAX`].
    pub async fn acquire(&self) {
        let mut last = self.last.lock().await;
        if last.len() == self.limit {
            sleep_until(last[0] + self.period).await;
            last.pop_front();
        }
        last.push_back(Instant::now());
    }
}
