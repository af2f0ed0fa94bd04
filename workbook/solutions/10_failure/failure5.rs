//! A lift calls its own repair service when the motor does not start. A fuse stands between them and the motor,
//! which burns if it is started again and again: a circuit breaker. Somebody has built only half of it.
//!
//! Goal: after three failures in a row it opens, and refuses everybody for ten seconds. Then it lets one try, and
//! refuses the others. If the try goes well it closes, and counts anew; if not, it opens for ten seconds more. If nothing
//! is heard of a try for ten seconds, another may try, and the first does not count any more. Nor does what began
//! before it opened or closed.
//!
//! Lesson: `chapters/ch10_failure/README.md`, "A service that hangs: the circuit breaker"

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
                self.change(State::HalfOpen { until: now + REST });
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

fn main() {
    stage::play("A lift", async {
        let mut breaker = Breaker::new();
        for second in 0..30 {
            match breaker.ask(second) {
                Some(ticket) => {
                    let good = second > 12;
                    info!(
                        "second {second}: started, {}",
                        if good { "runs" } else { "fails" }
                    );
                    breaker.tell(ticket, good, second);
                }
                None => info!("second {second}: not started"),
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Starts the motor, which should be allowed.
    fn start(breaker: &mut Breaker, second: u64, good: bool) {
        let ticket = let_in(breaker, second);
        breaker.tell(ticket, good, second);
    }

    fn let_in(breaker: &mut Breaker, second: u64) -> Ticket {
        let ticket = breaker.ask(second);
        ticket.unwrap_or_else(|| {
            panic!("second {second}: refused, and should be let in: {breaker:?}")
        })
    }

    fn refused(breaker: &mut Breaker, seconds: impl IntoIterator<Item = u64>) {
        for second in seconds {
            let ticket = breaker.ask(second);
            assert!(
                ticket.is_none(),
                "second {second}: let in, and should be refused: {breaker:?}"
            );
        }
    }

    /// A breaker that has opened at this second.
    fn open(second: u64) -> Breaker {
        let mut breaker = Breaker::new();
        for _ in 0..3 {
            start(&mut breaker, second, false);
        }
        breaker
    }

    #[test]
    fn three_failures_in_a_row_open_it() {
        let mut breaker = open(5);
        refused(&mut breaker, 5..15);
        let_in(&mut breaker, 15);
    }

    #[test]
    fn a_success_in_between_starts_the_count_anew() {
        let mut breaker = Breaker::new();
        for good in [false, false, true, false, false, true, true, false, false] {
            start(&mut breaker, 0, good);
        }
        start(&mut breaker, 0, false);
        refused(&mut breaker, 0..10);
    }

    #[test]
    fn one_tries_and_the_others_are_refused() {
        let mut breaker = open(0);
        let ticket = let_in(&mut breaker, 12);
        refused(&mut breaker, 12..22);
        breaker.tell(ticket, true, 21);
        let_in(&mut breaker, 21);
        let_in(&mut breaker, 21);
    }

    #[test]
    fn closed_again_it_counts_from_nothing() {
        let mut breaker = open(0);
        start(&mut breaker, 10, true);
        start(&mut breaker, 11, false);
        start(&mut breaker, 11, false);
        start(&mut breaker, 11, true);
        start(&mut breaker, 12, false);
        start(&mut breaker, 12, false);
        start(&mut breaker, 12, false);
        refused(&mut breaker, 12..22);
    }

    #[test]
    fn one_failed_try_is_enough_to_open_it_again() {
        let mut breaker = open(0);
        let ticket = let_in(&mut breaker, 10);
        breaker.tell(ticket, false, 13);
        refused(&mut breaker, 13..23);
        start(&mut breaker, 23, false);
        refused(&mut breaker, 23..33);
        start(&mut breaker, 33, true);
        let_in(&mut breaker, 33);
    }

    #[test]
    fn a_try_of_which_nothing_is_heard_is_given_up() {
        let mut breaker = open(0);
        let lost = let_in(&mut breaker, 10);
        refused(&mut breaker, 10..20);
        let second = let_in(&mut breaker, 20);
        refused(&mut breaker, 20..25);
        // There it is, after all.
        breaker.tell(lost, true, 25);
        refused(&mut breaker, 25..30);
        breaker.tell(second, true, 29);
        let_in(&mut breaker, 29);
    }

    #[test]
    fn what_began_before_it_opened_does_not_close_it() {
        let mut breaker = Breaker::new();
        let late = [(); 3].map(|()| let_in(&mut breaker, 0));
        for _ in 0..3 {
            start(&mut breaker, 1, false);
        }
        for ticket in late {
            breaker.tell(ticket, true, 2);
        }
        refused(&mut breaker, 2..11);
        let_in(&mut breaker, 11);
    }

    #[test]
    fn what_began_before_it_opened_does_not_keep_it_open() {
        let mut breaker = Breaker::new();
        let late = [(); 4].map(|()| let_in(&mut breaker, 0));
        for _ in 0..3 {
            start(&mut breaker, 1, false);
        }
        let [first, second, third, fourth] = late;
        breaker.tell(first, false, 9);
        let ticket = let_in(&mut breaker, 11);
        breaker.tell(second, false, 12);
        breaker.tell(ticket, true, 12);
        breaker.tell(third, false, 13);
        breaker.tell(fourth, false, 13);
        start(&mut breaker, 13, false);
        start(&mut breaker, 13, false);
        let_in(&mut breaker, 13);
    }
}
