//! Wrong: keeps the last poll only.

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
}

impl Stopwatch {
    fn created(now: Instant) -> Self {
        Self {
            created: now,
            entered: now,
            depth: 0,
            busy: Duration::ZERO,
        }
    }

    fn entered(&mut self, now: Instant) {
        if self.depth == 0 {
            self.entered = now;
        }
        self.depth += 1;
    }

    fn left(&mut self, now: Instant) {
        self.depth -= 1;
        if self.depth == 0 {
            self.busy = now - self.entered;
        }
    }

    fn closed(self, now: Instant) -> Spent {
        let busy = self.busy;
        let idle = now - self.created - busy;
        Spent { busy, idle }
    }
}

// From here on as in the solution:
// /// Measures a future, poll by poll.
