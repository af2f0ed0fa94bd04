//! The bot's only idea of what time it is.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::model::Timestamp;

/// Time of day for the bot, counted on from a given moment: as fast as the runtime's clock, or
/// faster.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
    epoch: Timestamp,
    speed: f64,
}

impl Clock {
    /// A clock that shows `epoch` now and runs `speed` times as fast as the runtime's.
    ///
    /// # Panics
    ///
    /// If `speed` is not a positive number.
    #[must_use]
    pub fn new(epoch: Timestamp, speed: f64) -> Self {
        assert!(speed > 0.0 && speed.is_finite(), "a clock has to move on");
        Self {
            started: Instant::now(),
            epoch,
            speed,
        }
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.epoch.after(self.started.elapsed().mul_f64(self.speed))
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
        // Rounding may end a sleep a moment too early.
        while let wait = at.since(self.now())
            && !wait.is_zero()
        {
            self.sleep(wait).await;
        }
    }

    /// How long this takes on the runtime's clock.
    #[must_use]
    pub(crate) fn real(&self, duration: Duration) -> Duration {
        duration.div_f64(self.speed)
    }
}
