use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::time::{sleep, timeout};

use super::Pace;
use crate::{
    platform::{Answer, Call, CallError, EventId, Platform},
    policy::Policy,
};

/// A platform approached with manners: a pace over all calls, a time-out for each, and patience
/// when one fails.
///
/// A call that timed out may have happened; trying it again is harmless for all six kinds of
/// call, at worst somebody reads a message twice.
#[derive(Debug)]
pub struct Polite<P> {
    inner: P,
    pace: Option<Pace>,
    timeout: Duration,
    retries: u32,
    backoff: Duration,
    longest_backoff: Duration,
    jitter: Mutex<StdRng>,
}

impl<P> Polite<P> {
    /// Manners as the policy has them; `seed` is for the jitter.
    ///
    /// # Panics
    ///
    /// If the policy allows no call at all, or outside a runtime with time.
    pub fn new(inner: P, policy: &Policy, seed: u64) -> Self {
        Self {
            inner,
            pace: policy.calls_per_second.map(Pace::new),
            timeout: policy.call_timeout,
            retries: policy.retries,
            backoff: policy.backoff,
            longest_backoff: policy.longest_backoff,
            jitter: Mutex::new(StdRng::seed_from_u64(seed)),
        }
    }

    /// Exponential back-off with full jitter, after Brooker, *Exponential Backoff and Jitter*
    /// (AWS Architecture Blog, 2015).
    fn wait(&self, tries: u32) -> Duration {
        let ceiling = self
            .backoff
            .saturating_mul(2_u32.saturating_pow(tries))
            .min(self.longest_backoff);
        let mut jitter = self.jitter.lock().unwrap_or_else(PoisonError::into_inner);
        ceiling.mul_f64(jitter.random())
    }
}

impl<P: Platform> Platform for Polite<P> {
    async fn call(&self, call: &Call) -> Answer {
        let mut tries = 0;
        loop {
            if let Some(pace) = &self.pace {
                pace.turn().await;
            }
            let answer = timeout(self.timeout, self.inner.call(call))
                .await
                .unwrap_or(Err(CallError::Transient));
            match answer {
                Err(error) if error.is_passing() && tries < self.retries => {
                    let asked_for = match error {
                        CallError::RateLimited(wait) => wait,
                        _ => Duration::ZERO,
                    };
                    sleep(asked_for + self.wait(tries)).await;
                    tries += 1;
                }
                answer => return answer,
            }
        }
    }

    fn settled(&self, event: EventId) {
        self.inner.settled(event);
    }
}
