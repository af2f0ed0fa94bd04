//! A circuit breaker: who failed several times in a row is not asked for a while.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use thiserror::Error;
use tokio::time::Instant;

/// Decides whether to call, from how calls went. It neither waits nor calls, and has no clock.
#[derive(Clone, Debug)]
pub struct Breaker {
    most_failures: u32,
    rest: Duration,
    state: State,
    /// Counts the changes of state, to tell answers to calls that were begun before the last one.
    era: u64,
}

/// What it does with a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Lets everybody call. So many calls in a row have failed.
    Closed {
        /// Since the last success.
        failures: u32,
    },
    /// Lets nobody call until then.
    Open {
        /// When somebody may try.
        until: Instant,
    },
    /// One caller tries; the others are refused. If nothing is heard of the try until then, another may.
    HalfOpen {
        /// When it is given up.
        until: Instant,
    },
}

/// The right to make one call, to be given back with how it went.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub struct Ticket {
    era: u64,
}

/// Nobody may call now.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("not asked")]
pub struct Refused;

impl Breaker {
    /// Opens after so many failures in a row, at least one, and rests for so long.
    #[must_use]
    pub fn new(most_failures: u32, rest: Duration) -> Self {
        Self {
            most_failures: most_failures.max(1),
            rest,
            state: State::Closed { failures: 0 },
            era: 0,
        }
    }

    /// May I call?
    ///
    /// # Errors
    ///
    /// If the breaker is open, or somebody is trying already.
    ///
    /// # Panics
    ///
    /// If it is time for a try, and the rest ends later than an [`Instant`] can tell.
    pub fn ask(&mut self, now: Instant) -> Result<Ticket, Refused> {
        match self.state {
            State::Closed { .. } => {}
            State::Open { until } | State::HalfOpen { until } if now < until => {
                return Err(Refused);
            }
            State::Open { .. } | State::HalfOpen { .. } => {
                let until = now + self.rest;
                self.change(State::HalfOpen { until });
            }
        }
        Ok(Ticket { era: self.era })
    }

    /// How it went. A call that was begun before the last change of state says nothing about now.
    ///
    /// # Panics
    ///
    /// If it opens, and the rest ends later than an [`Instant`] can tell.
    pub fn tell(&mut self, Ticket { era }: Ticket, good: bool, now: Instant) {
        if era != self.era {
            return;
        }
        let failures = match self.state {
            State::Closed { failures } if !good => failures + 1,
            State::Closed { .. } => 0,
            _ if good => return self.change(State::Closed { failures: 0 }),
            _ => self.most_failures,
        };
        if failures >= self.most_failures {
            let until = now + self.rest;
            self.change(State::Open { until });
        } else {
            self.state = State::Closed { failures };
        }
    }

    /// What it does now.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    fn change(&mut self, state: State) {
        self.state = state;
        self.era += 1;
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NoAnswer<E> {
    /// The breaker did not let us ask.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// It was asked, and failed.
    #[error("{0}")]
    Failed(E),
}

/// Makes a call if the breaker lets it, and tells the breaker how it went. Every error is a failure.
///
/// # Errors
///
/// The call's, or that it was not made.
///
/// # Panics
///
/// As [`Breaker::ask`] and [`Breaker::tell`].
///
/// # Cancel safety
///
/// A call that is dropped is told to nobody, so a time-out belongs into `call`. If it was the one that
/// tries, another may after the rest.
pub async fn guarded<T, E>(
    breaker: &Mutex<Breaker>,
    call: impl Future<Output = Result<T, E>>,
) -> Result<T, NoAnswer<E>> {
    let lock = || breaker.lock().unwrap_or_else(PoisonError::into_inner);
    let ticket = lock().ask(Instant::now())?;
    let answer = call.await;
    lock().tell(ticket, answer.is_ok(), Instant::now());
    answer.map_err(NoAnswer::Failed)
}
