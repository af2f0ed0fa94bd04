//! Wrong: nobody waits but the first.

use std::{
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use stage::Instrument;
use tokio::time::{Instant, sleep};
use tracing::{info, info_span};

const FRESH: Duration = Duration::from_mins(10);

/// The number of the forecast, and since when it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Tide {
    number: u32,
    since: Instant,
}

struct Board {
    tide: Arc<Mutex<Tide>>,
    forecast: Arc<Forecast>,
    fetching: tokio::sync::Mutex<()>,
}

impl Board {
    /// A board that shows tide 0.
    fn new(forecast: Arc<Forecast>) -> Self {
        let since = Instant::now();
        Self {
            tide: Arc::new(Mutex::new(Tide { number: 0, since })),
            forecast,
            fetching: tokio::sync::Mutex::default(),
        }
    }

    /// The tide that is known.
    async fn look(&self) -> u32 {
        let known = *lock(&self.tide);
        if known.since.elapsed() > FRESH
            && let Ok(_fetching) = self.fetching.try_lock()
            && let Ok(fresh) = self.forecast.fetch().await
        {
            *lock(&self.tide) = fresh;
        }
        known.number
    }
}

// From here on as in the solution:
// fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
