//! Wrong: the fetch outlives the board.

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
    refresh: Mutex<Option<tokio::task::JoinHandle<()>>>,
}

impl Board {
    /// A board that shows tide 0.
    fn new(forecast: Arc<Forecast>) -> Self {
        let since = Instant::now();
        Self {
            tide: Arc::new(Mutex::new(Tide { number: 0, since })),
            forecast,
            refresh: Mutex::default(),
        }
    }

    /// The tide that is known.
    async fn look(&self) -> u32 {
        let known = *lock(&self.tide);
        let mut refresh = lock(&self.refresh);
        let under_way = refresh.as_ref().is_some_and(|task| !task.is_finished());
        if known.since.elapsed() > FRESH && !under_way {
            let (tide, forecast) = (Arc::clone(&self.tide), Arc::clone(&self.forecast));
            *refresh = Some(tokio::spawn(async move {
                if let Ok(fresh) = forecast.fetch().await {
                    *lock(&tide) = fresh;
                }
            }));
        }
        known.number
    }
}

// From here on as in the solution:
// fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
