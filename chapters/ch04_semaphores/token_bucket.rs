//! A token bucket: at most so many a second, whoever asks and however long each takes.

use std::time::Duration;

use thiserror::Error;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep},
};

/// Limits a rate: tokens drip into a bucket, and whoever wants to go ahead takes one out.
///
/// The bucket starts full, holds `burst` tokens and gains `rate` tokens every `period`, evenly;
/// what does not fit is lost. In **any** window of time at most `burst + rate × window / period`
/// tokens are handed out. Waiters are served strictly in the order in which they came.
///
/// It runs on Tokio's clock, a paused one too. That clock wakes a sleeper late: a paused one on the
/// next full millisecond, the real one some time after that. What drips in meanwhile stays in the
/// bucket, so that the rate in the long run is exact **as long as it fits**: give `burst` room for
/// what arrives while a timer is late, on top of the token being waited for. (With a burst of 1,
/// while somebody waits, the gap between two tokens is a full number of milliseconds, and longer on
/// the real clock.)
///
/// Waiting is cheap: whoever is first in line sleeps, all others wait in the first-come,
/// first-served queue of [`tokio::sync::Mutex`], one small node each and no timer.
///
/// The algorithm is the leaky bucket as a meter (Turner, *New directions in communications*, 1986),
/// counted upwards and in whole numbers, so that nothing is ever rounded away.
///
/// ```
/// # stage::virtual_time(async {
/// use std::time::Duration;
///
/// use ch04_semaphores::token_bucket::TokenBucket;
///
/// let bucket = TokenBucket::new(2, Duration::from_secs(1), 3)?; // 2 a second, 3 at once
/// for _ in 0..5 {
///     bucket.acquire().await; // at 0 s, 0 s, 0 s, 0.5 s and 1 s
/// }
/// # Ok::<(), ch04_semaphores::token_bucket::InvalidBucket>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct TokenBucket {
    rate: u32,
    period: Duration,
    burst: u32,
    /// Whoever is first in line holds this lock, also while it sleeps.
    level: Mutex<Level>,
}

/// Why a [`TokenBucket`] cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidBucket {
    /// Nobody would get a token any more once the burst is spent.
    #[error("the rate must be at least 1 token per period, not 0")]
    NoRate,
    /// Everybody would always get a token.
    #[error("the period must be longer than zero")]
    NoPeriod,
    /// Nobody would ever get a token.
    #[error("the burst must be at least 1 token, not 0")]
    NoBurst,
    /// Filling the bucket would take longer than a `u64` counts nanoseconds: 584 years.
    #[error("{burst} tokens at {rate} every {period:?} take longer than 584 years")]
    TooSlow {
        /// Tokens per period.
        rate: u32,
        /// The period.
        period: Duration,
        /// Tokens to fill the bucket with.
        burst: u32,
    },
}

/// More tokens were asked for at once than the bucket can ever hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("asked for {asked} tokens at once of a bucket that holds {burst}")]
pub struct MoreThanBurst {
    /// Tokens asked for.
    pub asked: u32,
    /// Tokens the bucket holds when full.
    pub burst: u32,
}

impl TokenBucket {
    /// A full bucket of `burst` tokens that gains `rate` tokens every `period`.
    ///
    /// # Errors
    ///
    /// If `rate`, `period` or `burst` is zero, or filling the bucket would take over 584 years.
    pub fn new(rate: u32, period: Duration, burst: u32) -> Result<Self, InvalidBucket> {
        match (rate, period, burst) {
            (0, _, _) => return Err(InvalidBucket::NoRate),
            (_, Duration::ZERO, _) => return Err(InvalidBucket::NoPeriod),
            (_, _, 0) => return Err(InvalidBucket::NoBurst),
            _ => {}
        }
        // Cannot overflow: 94 bits of nanoseconds times 32 bits.
        let full = period.as_nanos() * u128::from(burst);
        if full / u128::from(rate) > u128::from(u64::MAX) {
            return Err(InvalidBucket::TooSlow {
                rate,
                period,
                burst,
            });
        }
        Ok(Self {
            rate,
            period,
            burst,
            level: Mutex::new(Level {
                filled: full,
                at: Instant::now(),
            }),
        })
    }

    /// Waits for one token and takes it.
    ///
    /// Cancel safety: dropped before it is done, it has taken nothing; only the place in line is
    /// lost, and whoever came next moves up.
    pub async fn acquire(&self) {
        self.take_in_turn(1).await;
    }

    /// Waits until there are `count` tokens and takes them all at once. Whoever comes later waits
    /// behind, also for less, so that a big request is not starved by small ones.
    ///
    /// Cancel safety: as [`acquire`](Self::acquire).
    ///
    /// # Errors
    ///
    /// At once, if `count` is more than the bucket's burst: the wait would never end.
    pub async fn acquire_many(&self, count: u32) -> Result<(), MoreThanBurst> {
        if count > self.burst {
            return Err(MoreThanBurst {
                asked: count,
                burst: self.burst,
            });
        }
        self.take_in_turn(count).await;
        Ok(())
    }

    /// Takes a token if there is one and nobody is ahead in line; never waits.
    ///
    /// On several threads, somebody who takes a token at this very instant counts as ahead.
    #[must_use = "without a token the answer is to stay away"]
    pub fn try_acquire(&self) -> bool {
        self.level
            .try_lock()
            .is_ok_and(|mut level| self.take(&mut level, 1).is_ok())
    }

    async fn take_in_turn(&self, count: u32) {
        let mut level = self.level.lock().await;
        while let Err(missing) = self.take(&mut level, count) {
            sleep(missing).await;
        }
    }

    /// Takes the tokens, or says how long it is until they are there.
    fn take(&self, level: &mut Level, count: u32) -> Result<(), Duration> {
        let token = self.period.as_nanos();
        let rate = u128::from(self.rate);

        let now = Instant::now();
        let passed = now.saturating_duration_since(level.at).as_nanos();
        level.at = now;
        level.filled = (level.filled + passed * rate).min(token * u128::from(self.burst));

        let wanted = token * u128::from(count);
        match level.filled.checked_sub(wanted) {
            Some(rest) => {
                level.filled = rest;
                Ok(())
            }
            None => Err(Duration::from_nanos_u128(
                (wanted - level.filled).div_ceil(rate),
            )),
        }
    }
}

/// What is in the bucket, and when that was last worked out.
///
/// A nanosecond adds `rate` units and a token is as many units as its period has nanoseconds, so
/// that all is whole numbers, whatever the rate.
#[derive(Debug)]
struct Level {
    filled: u128,
    at: Instant,
}
