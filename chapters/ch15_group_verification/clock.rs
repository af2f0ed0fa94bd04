//! The bot's only idea of what time it is.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    task::coop::consume_budget,
    time::{Instant, sleep},
};

use super::model::Timestamp;

/// Time of day for the bot, counted on from a given moment: as fast as the runtime's clock, or
/// faster.
///
/// It is set by what the platform says whenever it connects, and never by the clock of the host,
/// which may be wrong, and is put right while programs run.
#[derive(Debug)]
pub struct Clock {
    set: Mutex<(Instant, Timestamp)>,
    speed: f64,
}

impl Clock {
    /// A clock that shows `now` and runs `speed` times as fast as the runtime's.
    ///
    /// # Panics
    ///
    /// If `speed` is not a positive number.
    #[must_use]
    pub fn new(now: Timestamp, speed: f64) -> Self {
        assert!(speed > 0.0 && speed.is_finite(), "a clock has to move on");
        Self {
            set: Mutex::new((Instant::now(), now)),
            speed,
        }
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let (set, shown) = *self.set.lock().unwrap_or_else(PoisonError::into_inner);
        shown.after(set.elapsed().mul_f64(self.speed))
    }

    /// Makes it show this time now. Whoever sleeps does not notice.
    pub fn set(&self, now: Timestamp) {
        *self.set.lock().unwrap_or_else(PoisonError::into_inner) = (Instant::now(), now);
    }

    /// Waits for this long by this clock.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when it is dropped.
    pub async fn sleep(&self, duration: Duration) {
        sleep(duration.div_f64(self.speed)).await;
    }

    /// Waits until it is this late.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when it is dropped.
    pub async fn sleep_until(&self, at: Timestamp) {
        // Whoever waits for the past in a loop gives way now and then all the same.
        consume_budget().await;
        // Rounding may end a sleep a moment too early.
        while let wait = at.since(self.now())
            && !wait.is_zero()
        {
            self.sleep(wait).await;
        }
    }
}
