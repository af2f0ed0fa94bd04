//! Wrong: a guard gives the time back, but those behind have later ones already.

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
        struct Mine<'a>(&'a std::sync::Mutex<Instant>, bool);
        impl Drop for Mine<'_> {
            fn drop(&mut self) {
                if !self.1 {
                    *self.0.lock().unwrap() -= INTERVAL;
                }
            }
        }
        let mine = {
            let mut next = self.next.lock().unwrap();
            let mine = (*next).max(Instant::now());
            *next = mine + INTERVAL;
            mine
        };
        let mut guard = Mine(&self.next, false);
        sleep_until(mine).await;
        guard.1 = true;
    }
}

// From here on as in the solution:
// /// Asks after `comes` milliseconds, and leaves when it has waited for `patience`.
