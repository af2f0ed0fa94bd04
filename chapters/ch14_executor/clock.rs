//! What time it is: the machine's, or one that stands still until nobody can run.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// An executor's time, counted from its beginning.
#[derive(Debug)]
pub enum Clock {
    /// The machine's.
    Real(Instant),
    /// It stands still, and jumps to the next timer when nobody can run.
    Virtual(Mutex<Duration>),
}

impl Clock {
    /// The machine's clock, from now on.
    pub fn real() -> Self {
        Self::Real(Instant::now())
    }

    /// A virtual clock at zero.
    pub fn still() -> Self {
        Self::Virtual(Mutex::default())
    }

    /// Since its beginning.
    pub fn now(&self) -> Duration {
        match self {
            Self::Real(begun) => begun.elapsed(),
            Self::Virtual(now) => *now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Whether it jumps.
    pub fn is_virtual(&self) -> bool {
        matches!(self, Self::Virtual(_))
    }

    /// Moves a virtual clock; the machine's goes by itself.
    pub fn advance(&self, by: Duration) {
        if let Self::Virtual(now) = self {
            let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
            *now = now.saturating_add(by);
        }
    }
}
