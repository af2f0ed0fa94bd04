//! Wrong: the flag is lowered in the last line, which a panic does not reach.

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
    fetching: Arc<std::sync::atomic::AtomicBool>,
    refresh: Mutex<tokio::task::JoinSet<()>>,
}

impl Board {
    /// A board that shows tide 0.
    fn new(forecast: Arc<Forecast>) -> Self {
        let since = Instant::now();
        Self {
            tide: Arc::new(Mutex::new(Tide { number: 0, since })),
            forecast,
            fetching: Arc::default(),
            refresh: Mutex::default(),
        }
    }

    /// The tide that is known.
    async fn look(&self) -> u32 {
        let known = *lock(&self.tide);
        if known.since.elapsed() > FRESH && !self.fetching.swap(true, Relaxed) {
            let (tide, forecast) = (Arc::clone(&self.tide), Arc::clone(&self.forecast));
            let fetching = Arc::clone(&self.fetching);
            lock(&self.refresh).spawn(async move {
                if let Ok(fresh) = forecast.fetch().await {
                    *lock(&tide) = fresh;
                }
                fetching.store(false, Relaxed);
            });
        }
        known.number
    }
}

// From here on as in the solution:
// fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
