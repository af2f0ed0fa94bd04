use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

/// Lets callers through one after the other, so many a second and never two at once.
///
/// Each caller reserves the next free slot of a timetable and sleeps until then, as in the
/// generic cell rate algorithm (ITU-T I.371) with no burst allowed. A timer that fires late makes
/// slots bunch up a little; the timetable is one part in a hundred slower than the limit, so that
/// no second sees more than the limit while timers are no more than ten milliseconds late. (Those
/// of Tokio are late by one or two, unless something blocks the runtime.)
#[derive(Debug)]
pub struct Pace {
    gap: Duration,
    next: Mutex<Instant>,
}

impl Pace {
    /// A pace below `per_second`.
    ///
    /// # Panics
    ///
    /// If `per_second` is 0, or outside a runtime with time.
    #[must_use]
    pub fn new(per_second: u32) -> Self {
        assert!(per_second > 0, "a rate of zero lets nobody through");
        Self {
            gap: Duration::from_secs(1) * 101 / 100 / per_second,
            next: Mutex::new(Instant::now()),
        }
    }

    /// Waits for the next free slot.
    ///
    /// # Cancel safety
    ///
    /// A caller that is dropped leaves its slot unused.
    pub async fn turn(&self) {
        let slot = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let slot = Instant::now().max(*next);
            *next = slot + self.gap;
            slot
        };
        sleep_until(slot).await;
    }
}
