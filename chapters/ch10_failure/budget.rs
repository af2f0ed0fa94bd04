//! A retry budget: how many retries all the tasks of a program may make together.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many retries for each hundred first tries, and a reserve for times when little happens.
#[derive(Debug)]
pub struct Budget {
    percent: u32,
    /// No more than this is ever saved up.
    most: u32,
    /// In hundredths of a retry.
    left: Mutex<u32>,
}

impl Budget {
    /// `percent` retries for a hundred first tries; at most `reserve` of them saved up, and as many
    /// at the beginning. With a reserve of 0 nothing can be saved up, so there is no retry.
    #[must_use]
    pub fn new(percent: u32, reserve: u32) -> Self {
        let most = reserve.saturating_mul(100);
        Self {
            percent,
            most,
            left: Mutex::new(most),
        }
    }

    /// Something is tried for the first time.
    pub fn first_try(&self) {
        let mut left = self.left();
        *left = left.saturating_add(self.percent).min(self.most);
    }

    /// Pays for one retry, if there is enough left.
    pub fn may_retry(&self) -> bool {
        let mut left = self.left();
        let paid = left.checked_sub(100);
        *left = paid.unwrap_or(*left);
        paid.is_some()
    }

    fn left(&self) -> MutexGuard<'_, u32> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
