//! Wrong: looks every 10 ms whether the time has come.

use std::time::Duration;

use stage::Instrument;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tracing::{info, info_span};

const INTERVAL: Duration = Duration::from_millis(200);

struct Limiter {
    /// When the next call is allowed.
    next: Mutex<Instant>,
}

impl Limiter {
    fn new() -> Self {
        Self {
            next: Mutex::new(Instant::now()),
        }
    }

    /// Returns when a call may be made.
    async fn turn(&self) {
        let mut next = self.next.lock().await;
        while Instant::now() < *next {
            sleep(Duration::from_millis(10)).await;
        }
        *next = Instant::now() + INTERVAL;
    }
}

// From here on as in the solution:
// /// Asks after `comes` milliseconds, and leaves when it has waited for `patience`.
