//! A fixed window: so many in each counted second, and up to twice that around the edge of two.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

use super::permits::InvalidLimit;

/// Counts calls, and starts again at zero whenever the period is over.
///
/// In each counted period at most `limit` calls go ahead. In **any** stretch of that length it can
/// be twice as many, since such a stretch may reach into two counted ones.
#[derive(Debug)]
pub struct FixedWindow {
    limit: usize,
    period: Duration,
    counted: Mutex<Counted>,
}

#[derive(Debug)]
struct Counted {
    since: Instant,
    calls: usize,
}

impl FixedWindow {
    /// Allows `limit` calls in each counted `period`; the first begins now.
    ///
    /// # Errors
    ///
    /// If `limit` is 0.
    pub fn new(limit: usize, period: Duration) -> Result<Self, InvalidLimit> {
        if limit == 0 {
            return Err(InvalidLimit::Zero);
        }
        let counted = Mutex::new(Counted {
            since: Instant::now(),
            calls: 0,
        });
        Ok(Self {
            limit,
            period,
            counted,
        })
    }

    /// Waits until a call may go ahead.
    ///
    /// Cancel safety: dropped before it is done, it has counted nothing.
    ///
    /// # Panics
    ///
    /// If it has to wait for a moment that is too far away for an `Instant`, as with a period of
    /// [`Duration::MAX`].
    pub async fn acquire(&self) {
        while let Err(next) = self.count() {
            sleep_until(next).await;
        }
    }

    /// Counts a call, or says when the next period begins.
    fn count(&self) -> Result<(), Instant> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.since.elapsed() >= self.period {
            *counted = Counted {
                since: Instant::now(),
                calls: 0,
            };
        }
        if counted.calls == self.limit {
            return Err(counted.since + self.period);
        }
        counted.calls += 1;
        Ok(())
    }
}
