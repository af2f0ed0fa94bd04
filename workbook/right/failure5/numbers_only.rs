//! Right: no enum: failures, a time, and the number of the try.

use tracing::info;

const FAILURES: u32 = 3;
const REST: u64 = 10;

#[derive(Debug)]
struct Breaker {
    failures: u32,
    refuses_until: u64,
    open: bool,
    tickets: u64,
    /// Tickets that are older say nothing.
    valid_from: u64,
}

/// The right to start the motor once.
#[derive(Debug)]
struct Ticket {
    number: u64,
}

impl Breaker {
    fn new() -> Self {
        Self {
            failures: 0,
            refuses_until: 0,
            open: false,
            tickets: 0,
            valid_from: 1,
        }
    }

    /// May the motor be started at second `now`?
    fn ask(&mut self, now: u64) -> Option<Ticket> {
        if self.open {
            if now < self.refuses_until {
                return None;
            }
            self.refuses_until = now + REST;
            self.valid_from = self.tickets + 1;
        }
        self.tickets += 1;
        Some(Ticket {
            number: self.tickets,
        })
    }

    /// At second `now` it is known how that went.
    fn tell(&mut self, ticket: Ticket, good: bool, now: u64) {
        if ticket.number < self.valid_from {
            return;
        }
        self.failures = if good { 0 } else { self.failures + 1 };
        if good && !self.open {
            return;
        }
        if good || self.open || self.failures >= FAILURES {
            self.open = !good;
            self.refuses_until = now + REST;
            self.valid_from = self.tickets + 1;
            self.failures = 0;
        }
    }
}

// From here on as in the solution:
// fn main() {
