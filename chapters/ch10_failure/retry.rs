//! Asking again: how often, after which pause, and after which errors.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};
use stage::Instrument;
use thiserror::Error;
use tokio::time::{Instant, sleep};
use tracing::{info, info_span};

/// How often to try, and how long to pause in between.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// The longest pause after the first failure; it doubles with each further one, up to `longest` (or to 2^32 times).
    pub first: Duration,
    /// No pause is longer.
    pub longest: Duration,
    /// Tries in all, the first one included, which is always made.
    pub tries: u32,
}

impl Backoff {
    /// The longest pause after so many failures.
    #[must_use]
    pub fn ceiling(&self, failures: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
        self.first.saturating_mul(doubled).min(self.longest)
    }

    /// Full jitter: any pause from nothing to the ceiling, each as likely as any other.
    pub fn pause(&self, failures: u32, rng: &mut impl Rng) -> Duration {
        self.ceiling(failures).mul_f64(rng.random())
    }
}

/// No try succeeded: how many there were, and why the last one failed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("gave up at try {tries}: {last}")]
pub struct GaveUp<E> {
    /// How many tries there were.
    pub tries: u32,
    /// The error of the last one; it is part of the message, and therefore no `source`.
    pub last: E,
}

/// Tries until it succeeds, until an error says that a further try is pointless, or as often as
/// `backoff` allows.
///
/// # Errors
///
/// The last try's, and how many there were.
///
/// # Cancel safety
///
/// Dropped during a pause, it tries no more; dropped during a try, it drops that try.
pub async fn retry<T, E, F: Future<Output = Result<T, E>>>(
    backoff: Backoff,
    rng: &mut impl Rng,
    is_passing: impl Fn(&E) -> bool,
    mut attempt: impl FnMut() -> F,
) -> Result<T, GaveUp<E>> {
    let mut tries = 0;
    loop {
        tries += 1;
        let last = match attempt().await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if tries >= backoff.tries || !is_passing(&last) {
            return Err(GaveUp { tries, last });
        }
        sleep(backoff.pause(tries, rng)).await;
    }
}

/// How the shop asks its warehouse.
pub const PATIENT: Backoff = Backoff {
    first: Duration::from_millis(500),
    longest: Duration::from_secs(4),
    tries: 6,
};

/// Up to five tries, one right after the other.
///
/// # Errors
///
/// The last one's.
pub async fn at_once_wrong(warehouse: &Warehouse, item: &'static str) -> Result<u32, StockError> {
    let mut answer = warehouse.stock(item).await;
    for _ in 1..5 {
        if answer.is_err() {
            answer = warehouse.stock(item).await;
        }
    }
    answer
}

/// The same question with pauses, and only as long as the answer may change.
///
/// # Errors
///
/// As [`retry`].
pub async fn patiently(
    warehouse: &Warehouse,
    item: &'static str,
) -> Result<u32, GaveUp<StockError>> {
    let mut rng = StdRng::seed_from_u64(10);
    let ask = || warehouse.stock(item);
    retry(PATIENT, &mut rng, StockError::is_passing, ask).await
}

/// [`patiently`], with the crate `backon`. It counts retries, not tries, and tells the last error only.
///
/// # Errors
///
/// The last try's.
pub async fn with_backon(warehouse: &Warehouse, item: &'static str) -> Result<u32, StockError> {
    let backoff = ExponentialBuilder::new()
        .with_min_delay(PATIENT.first)
        .with_max_delay(PATIENT.longest)
        .with_max_times(PATIENT.tries as usize - 1)
        .with_jitter()
        .with_jitter_seed(10);
    (|| warehouse.stock(item))
        .retry(backoff)
        .when(StockError::is_passing)
        .notify(|error, pause| info!("{error}: again in {pause:.1?}"))
        .await
}

/// Why the warehouse does not say how many there are.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum StockError {
    /// It is overloaded, or being started.
    #[error("busy")]
    Busy,
    /// It has never heard of the item.
    #[error("no such item")]
    NoSuchItem,
}

impl StockError {
    /// Whether the same question may get another answer later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Busy => true,
            Self::NoSuchItem => false,
        }
    }
}

/// A warehouse that is busy for a while and then answers. A call takes 50 ms.
#[derive(Clone, Copy, Debug)]
pub struct Warehouse {
    answers_from: Instant,
}

impl Warehouse {
    /// Busy for so long from now.
    #[must_use]
    pub fn busy_for(time: Duration) -> Self {
        let answers_from = Instant::now() + time;
        Self { answers_from }
    }

    /// How many of `item` there are.
    ///
    /// # Errors
    ///
    /// If it is busy, or does not know the item; said on a lane `stock`.
    pub async fn stock(&self, item: &'static str) -> Result<u32, StockError> {
        async {
            sleep(Duration::from_millis(50)).await;
            let answer = match item {
                "teapot" if Instant::now() < self.answers_from => Err(StockError::Busy),
                "teapot" => Ok(12),
                _ => Err(StockError::NoSuchItem),
            };
            match &answer {
                Ok(left) => info!("{left} left"),
                Err(error) => info!("{error}"),
            }
            answer
        }
        .instrument(info_span!("stock", item))
        .await
    }
}
