//! A harbour shows the tide on a board. The forecast comes from far away and takes twenty seconds; whoever looks when
//! it is old waits for it, and twenty who look fetch it twenty times.
//!
//! Goal: nobody waits. Who looks at a tide that is older than ten minutes gets the old one, and a fresh one is fetched
//! behind them: one at a time, by a task that ends with the board. If that fails, or panics, the next who looks has it
//! fetched again.
//!
//! Lesson: `chapters/ch10_failure/README.md`, "A price that everybody wants: caching"

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
    refresh: Mutex<tokio::task::JoinSet<()>>,
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
        // However the last one ended, it is not under way any more.
        while refresh.try_join_next().is_some() {}
        if known.since.elapsed() > FRESH && refresh.is_empty() {
            let (tide, forecast) = (Arc::clone(&self.tide), Arc::clone(&self.forecast));
            refresh.spawn(async move {
                if let Ok(fresh) = forecast.fetch().await {
                    *lock(&tide) = fresh;
                }
            });
        }
        known.number
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nobody panics with this lock")
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Weather {
    Good,
    /// The forecast ends with an error.
    Storm,
    /// The forecast panics.
    Hurricane,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct NoForecast;

/// Twenty seconds away. Each call meets the next of these kinds of weather; after them, it is good.
struct Forecast {
    weather: Vec<Weather>,
    calls: AtomicU32,
}

impl Forecast {
    fn new(weather: &[Weather]) -> Arc<Self> {
        let weather = weather.to_vec();
        let calls = AtomicU32::new(0);
        Arc::new(Self { weather, calls })
    }

    async fn fetch(&self) -> Result<Tide, NoForecast> {
        let number = 1 + self.calls.fetch_add(1, Relaxed);
        async {
            sleep(Duration::from_secs(20)).await;
            let weather = self.weather.get(number as usize - 1);
            match weather.copied().unwrap_or(Weather::Good) {
                Weather::Good => {
                    let since = Instant::now();
                    Ok(Tide { number, since })
                }
                Weather::Storm => Err(NoForecast),
                Weather::Hurricane => panic!("the mast has gone"),
            }
        }
        .instrument(info_span!("fetch", number))
        .await
    }
}

fn main() {
    stage::play("A harbour", async {
        let board = Board::new(Forecast::new(&[]));
        for _ in 0..5 {
            info!("tide {}", board.look().await);
            sleep(Duration::from_mins(6)).await;
        }
    });
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;

    const HINT: &str = "Nothing here takes longer than two hours.";

    /// Looks at these seconds; the tides that were seen, and how long that took, in seconds.
    fn looking(weather: &[Weather], at: &[u64]) -> stage::Recording<Vec<(u32, u64)>> {
        stage::record_within(Duration::from_hours(4), HINT, async {
            let (board, start) = (Board::new(Forecast::new(weather)), Instant::now());
            join_all(at.iter().map(async |&second| {
                tokio::time::sleep_until(start + Duration::from_secs(second)).await;
                let asked = Instant::now();
                let tide = board.look().await;
                (tide, asked.elapsed().as_secs())
            }))
            .await
        })
    }

    fn check(weather: &[Weather], at: &[u64], tides: &[u32], begun: &[u64]) {
        let played = looking(weather, at);
        let (seen, took): (Vec<_>, Vec<_>) = played.value.iter().copied().unzip();
        assert!(
            took.iter().all(|&seconds| seconds == 0),
            "who looks at {at:?} s should not wait, and waits for {took:?} s{}",
            played.what_happened()
        );
        let fetches: Vec<_> = played
            .lanes
            .iter()
            .map(|lane| lane.created.as_secs())
            .collect();
        assert!(
            fetches == begun,
            "fetches should begin at {begun:?} s, and began at {fetches:?}{}",
            played.what_happened()
        );
        assert!(
            seen == tides,
            "who looks at {at:?} s should see {tides:?}, and saw {seen:?}{}",
            played.what_happened()
        );
    }

    #[test]
    fn a_fresh_tide_is_shown() {
        check(&[], &[0, 60, 600], &[0, 0, 0], &[]);
    }

    #[test]
    fn an_old_tide_is_shown_at_once_and_fetched_behind() {
        check(&[], &[700, 721], &[0, 1], &[700]);
        // It is fresh for ten minutes from when it came, at 720 s.
        check(
            &[],
            &[700, 1_320, 1_321, 1_342],
            &[0, 1, 1, 2],
            &[700, 1_321],
        );
    }

    #[test]
    fn one_fetch_at_a_time() {
        check(
            &[],
            &[700, 700, 700, 705, 719, 721],
            &[0, 0, 0, 0, 0, 1],
            &[700],
        );
    }

    #[test]
    fn after_a_failure_it_is_fetched_again_for_the_next() {
        for bad in [Weather::Storm, Weather::Hurricane] {
            check(
                &[bad, bad],
                &[700, 719, 730, 760, 781],
                &[0, 0, 0, 0, 3],
                &[700, 730, 760],
            );
        }
    }

    #[test]
    fn a_fetch_ends_with_the_board() {
        let played = stage::record_within(Duration::from_hours(4), HINT, async {
            let forecast = Forecast::new(&[]);
            let board = Board::new(forecast);
            sleep(Duration::from_secs(700)).await;
            let tide = board.look().await;
            sleep(Duration::from_secs(10)).await;
            drop(board);
            sleep(Duration::from_mins(1)).await;
            tide
        });
        let ended = played.lanes.first().and_then(|lane| lane.ended);
        assert!(
            ended == Some(Duration::from_secs(710)),
            "the board is taken down at 710 s, and the fetch should end then; it ended at {ended:?}{}",
            played.what_happened()
        );
    }
}
