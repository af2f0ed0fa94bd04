//! Right: whatever has passed since the last change goes to one of the two.

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
    changed: Instant,
    depth: u32,
    spent: Spent,
}

impl Stopwatch {
    fn created(now: Instant) -> Self {
        Self {
            changed: now,
            depth: 0,
            spent: Spent {
                busy: Duration::ZERO,
                idle: Duration::ZERO,
            },
        }
    }

    fn entered(&mut self, now: Instant) {
        self.add(now);
        self.depth += 1;
    }

    fn left(&mut self, now: Instant) {
        self.add(now);
        self.depth -= 1;
    }

    fn closed(mut self, now: Instant) -> Spent {
        self.add(now);
        self.spent
    }

    fn add(&mut self, now: Instant) {
        let passed = now - self.changed;
        self.changed = now;
        if self.depth > 0 {
            self.spent.busy += passed;
        } else {
            self.spent.idle += passed;
        }
    }
}

// From here on as in the solution:
// /// Measures a future, poll by poll.
