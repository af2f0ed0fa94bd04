//! Wrong: half open, it lets everybody try.

use tracing::info;

const FAILURES: u32 = 3;
const REST: u64 = 10;

#[derive(Debug)]
struct Breaker {
    state: State,
    /// Counts the changes of state.
    era: u32,
}

#[derive(Debug)]
enum State {
    Closed { failures: u32 },
    Open { until: u64 },
    HalfOpen { until: u64 },
}

/// The right to start the motor once.
#[derive(Debug)]
struct Ticket {
    era: u32,
}

impl Breaker {
    fn new() -> Self {
        Self {
            state: State::Closed { failures: 0 },
            era: 0,
        }
    }

    /// May the motor be started at second `now`?
    fn ask(&mut self, now: u64) -> Option<Ticket> {
        match self.state {
            State::Closed { .. } => {}
            State::Open { until } | State::HalfOpen { until } if now < until => return None,
            State::Open { .. } | State::HalfOpen { .. } => {
                self.change(State::HalfOpen { until: now });
            }
        }
        Some(Ticket { era: self.era })
    }

    /// At second `now` it is known how that went.
    fn tell(&mut self, ticket: Ticket, good: bool, now: u64) {
        if ticket.era != self.era {
            return;
        }
        match &mut self.state {
            State::Closed { failures } if good => *failures = 0,
            State::Closed { failures } if *failures + 1 < FAILURES => *failures += 1,
            State::HalfOpen { .. } if good => self.change(State::Closed { failures: 0 }),
            _ => self.change(State::Open { until: now + REST }),
        }
    }

    fn change(&mut self, state: State) {
        self.state = state;
        self.era += 1;
    }
}

// From here on as in the solution:
// fn main() {
