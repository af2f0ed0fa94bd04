//! Wrong: Tokio takes no notice of a call that is less than 5 ms late: the next comes too early.

use std::time::Duration;

use stage::Instrument;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tracing::{info, info_span};

const INTERVAL: Duration = Duration::from_millis(200);

struct Limiter {
    ticks: Mutex<tokio::time::Interval>,
}

impl Limiter {
    fn new() -> Self {
        let mut ticks = tokio::time::interval(INTERVAL);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        Self {
            ticks: Mutex::new(ticks),
        }
    }

    /// Returns when a call may be made.
    async fn turn(&self) {
        self.ticks.lock().await.tick().await;
    }
}

// From here on as in the solution:
// /// Asks after `comes` milliseconds, and leaves when it has waited for `patience`.
