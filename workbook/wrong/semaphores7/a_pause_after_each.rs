//! Wrong: sleeps an interval after each call, also if nobody called for long.

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
        let _next = self.next.lock().await;
        sleep(INTERVAL).await;
    }
}

// From here on as in the solution:
// /// Asks after `comes` milliseconds, and leaves when it has waited for `patience`.
