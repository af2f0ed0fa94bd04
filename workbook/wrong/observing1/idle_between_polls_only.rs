//! Wrong: only what lies between two polls is idle.

use std::{
    future::poll_fn,
    pin::pin,
    time::Duration,
};

use stage::{Instrument, block_for};
use tokio::time::{Instant, sleep};
use tracing::{info, info_span};

#[derive(Clone, Copy, Debug, PartialEq)]
struct Spent {
    busy: Duration,
    idle: Duration,
}

struct Stopwatch {
    created: Instant,
    entered: Instant,
    depth: u32,
    busy: Duration,
    idle: Duration,
    left: Option<Instant>,
}

impl Stopwatch {
    fn created(now: Instant) -> Self {
        Self {
            created: now,
            entered: now,
            depth: 0,
            busy: Duration::ZERO,
            idle: Duration::ZERO,
            left: None,
        }
    }

    fn entered(&mut self, now: Instant) {
        if self.depth == 0 {
            self.entered = now;
            if let Some(left) = self.left {
                self.idle += now - left;
            }
        }
        self.depth += 1;
    }

    fn left(&mut self, now: Instant) {
        self.depth -= 1;
        if self.depth == 0 {
            self.busy += now - self.entered;
            self.left = Some(now);
        }
    }

    fn closed(self, _: Instant) -> Spent {
        Spent {
            busy: self.busy,
            idle: self.idle,
        }
    }
}

// From here on as in the solution:
// /// Measures a future, poll by poll.
