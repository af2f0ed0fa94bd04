//! Right: keeps when it was entered, each time.

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
    entered: Vec<Instant>,
    busy: Duration,
}

impl Stopwatch {
    fn created(now: Instant) -> Self {
        Self {
            created: now,
            entered: Vec::new(),
            busy: Duration::ZERO,
        }
    }

    fn entered(&mut self, now: Instant) {
        self.entered.push(now);
    }

    fn left(&mut self, now: Instant) {
        let entered = self.entered.pop().expect("left as often as entered");
        if self.entered.is_empty() {
            self.busy += now - entered;
        }
    }

    fn closed(self, now: Instant) -> Spent {
        Spent {
            busy: self.busy,
            idle: now - self.created - self.busy,
        }
    }
}

// From here on as in the solution:
// /// Measures a future, poll by poll.
