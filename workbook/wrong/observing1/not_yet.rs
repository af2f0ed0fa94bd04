//! Wrong: as handed out.

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
}

impl Stopwatch {
    fn created(now: Instant) -> Self {
        Self { created: now }
    }

    fn entered(&mut self, _now: Instant) {}

    fn left(&mut self, _now: Instant) {}

    fn closed(self, now: Instant) -> Spent {
        Spent {
            busy: now - self.created,
            idle: Duration::ZERO,
        }
    }
}

// From here on as in the solution:
// /// Measures a future, poll by poll.
