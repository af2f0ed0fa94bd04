//! Right: remembers the last call instead of the next one.

use std::time::Duration;

use stage::Instrument;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tracing::{info, info_span};

const INTERVAL: Duration = Duration::from_millis(200);

struct Limiter {
    last: Mutex<Option<Instant>>,
}

impl Limiter {
    fn new() -> Self {
        Self {
            last: Mutex::default(),
        }
    }

    /// Returns when a call may be made.
    async fn turn(&self) {
        let mut last = self.last.lock().await;
        if let Some(last) = *last {
            sleep(INTERVAL.saturating_sub(last.elapsed())).await;
        }
        *last = Some(Instant::now());
    }
}

// From here on as in the solution:
// /// Asks after `comes` milliseconds, and leaves when it has waited for `patience`.
