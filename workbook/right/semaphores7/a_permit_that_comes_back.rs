//! Right: one permit, which a task gives back an interval after the call.

use std::time::Duration;

use stage::Instrument;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tracing::{info, info_span};

const INTERVAL: Duration = Duration::from_millis(200);

struct Limiter {
    /// When the next call is allowed.
    place: std::sync::Arc<tokio::sync::Semaphore>,
}

impl Limiter {
    fn new() -> Self {
        Self {
            place: std::sync::Arc::new(tokio::sync::Semaphore::new(1)),
        }
    }

    /// Returns when a call may be made.
    async fn turn(&self) {
        let place = std::sync::Arc::clone(&self.place);
        let place = place.acquire_owned().await.expect("nobody closes it");
        tokio::spawn(async move {
            sleep(INTERVAL).await;
            drop(place);
        });
    }
}

// From here on as in the solution:
// /// Asks after `comes` milliseconds, and leaves when it has waited for `patience`.
