use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Duration, timeout},
};

use super::{Answer, Call, CallError, EventId, Pace, Platform};
use crate::policy::Policy;

/// A platform approached with manners: so many calls at the same time, so many a second, and a
/// time-out for each.
///
/// It tries nothing again. Whether a call that failed should still be made is not known here.
#[derive(Debug)]
pub struct Polite<P> {
    inner: P,
    places: Semaphore,
    /// For callers that got no answer last time: they may hold a part of the places only, so
    /// that calls that hang leave room for the others.
    doubtful: Semaphore,
    pace: Option<Pace>,
    timeout: Duration,
}

/// The right to make one call now.
#[derive(Debug)]
pub struct Turn<'a> {
    _place: SemaphorePermit<'a>,
    _doubtful: Option<SemaphorePermit<'a>>,
}

impl<P> Polite<P> {
    /// Manners as the policy has them.
    ///
    /// # Panics
    ///
    /// If the policy allows no call at all, or outside a runtime with time.
    pub fn new(inner: P, policy: &Policy) -> Self {
        let places = policy.groups_in_flight.min(Semaphore::MAX_PERMITS);
        assert!(places > 0, "no call at all");
        Self {
            inner,
            places: Semaphore::new(places),
            doubtful: Semaphore::new((places / 4).max(1)),
            pace: policy.calls_per_second.map(Pace::new),
            timeout: policy.call_timeout,
        }
    }

    /// Waits for the right to make a call. What is to be called is best decided afterwards: much
    /// may have happened meanwhile.
    ///
    /// `in_doubt`: whether this caller's last call was not answered.
    ///
    /// # Cancel safety
    ///
    /// A caller that is dropped loses its place in the line.
    #[expect(clippy::missing_panics_doc, reason = "nobody closes the semaphores")]
    pub async fn turn(&self, in_doubt: bool) -> Turn<'_> {
        let doubtful = if in_doubt {
            Some(self.doubtful.acquire().await.expect("never closed"))
        } else {
            None
        };
        let place = self.places.acquire().await.expect("never closed");
        if let Some(pace) = &self.pace {
            pace.turn().await;
        }
        Turn {
            _place: place,
            _doubtful: doubtful,
        }
    }
}

impl<P: Platform> Polite<P> {
    /// Makes one call.
    ///
    /// # Errors
    ///
    /// Those of [`CallError`]; [`Transient`](CallError::Transient) if there is no answer in time.
    ///
    /// # Cancel safety
    ///
    /// As [`Platform::call`].
    pub async fn call_with(&self, _turn: Turn<'_>, call: &Call) -> Answer {
        let answer = timeout(self.timeout, self.inner.call(call)).await;
        answer.unwrap_or(Err(CallError::Transient))
    }

    /// As [`Platform::settled`].
    pub fn settled(&self, event: EventId) {
        self.inner.settled(event);
    }
}

impl<P: Platform> Platform for Polite<P> {
    async fn call(&self, call: &Call) -> Answer {
        let turn = self.turn(false).await;
        self.call_with(turn, call).await
    }

    fn settled(&self, event: EventId) {
        self.inner.settled(event);
    }
}
