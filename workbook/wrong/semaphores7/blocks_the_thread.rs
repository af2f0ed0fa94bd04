//! Wrong: a lock of `std` held across the sleep: the next caller blocks the thread on which the first would wake.

use std::time::Duration;

use stage::Instrument;
use std::sync::Mutex;
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
        let mut next = self.next.lock().unwrap();
        sleep_until(*next).await;
        *next = Instant::now() + INTERVAL;
    }
}

// From here on as in the solution:
// /// Asks after `comes` milliseconds, and leaves when it has waited for `patience`.
