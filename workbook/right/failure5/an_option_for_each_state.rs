//! Right: tickets remember in which state they were given.

use tracing::info;

const FAILURES: u32 = 3;
const REST: u64 = 10;

#[derive(Debug)]
struct Breaker {
    failures: u32,
    open_until: Option<u64>,
    trying_until: Option<u64>,
    changes: u32,
}

/// The right to start the motor once.
#[derive(Debug)]
struct Ticket {
    changes: u32,
}

impl Breaker {
    fn new() -> Self {
        Self {
            failures: 0,
            open_until: None,
            trying_until: None,
            changes: 0,
        }
    }

    /// May the motor be started at second `now`?
    fn ask(&mut self, now: u64) -> Option<Ticket> {
        if let Some(until) = self.trying_until.or(self.open_until) {
            if now < until {
                return None;
            }
            self.trying_until = Some(now + REST);
            self.changes += 1;
        }
        Some(Ticket {
            changes: self.changes,
        })
    }

    /// At second `now` it is known how that went.
    fn tell(&mut self, ticket: Ticket, good: bool, now: u64) {
        if ticket.changes != self.changes {
            return;
        }
        let tried = self.trying_until.is_some();
        if good {
            self.failures = 0;
        } else {
            self.failures += 1;
        }
        if tried || self.failures == FAILURES {
            self.trying_until = None;
            self.open_until = (!good).then_some(now + REST);
            self.failures = 0;
            self.changes += 1;
        }
    }
}

// From here on as in the solution:
// fn main() {
