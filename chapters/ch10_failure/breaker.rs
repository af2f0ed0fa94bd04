//! A shop that decorates its pages with the weather, and a weather service that hangs.

use std::{sync::Mutex, time::Duration};

use futures::future::join_all;
use stage::Instrument;
use thiserror::Error;
use tokio::time::{Instant, sleep, timeout};
use tracing::{info, info_span};

use super::circuit::{Breaker, NoAnswer, guarded};

const SECOND: Duration = Duration::from_secs(1);

/// The weather service has not answered in time.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("no answer")]
pub struct NoWeather;

/// Ten visitors, one every second, and each asks for the weather.
pub async fn everybody_asks_wrong() {
    visits(async |weather| weather.ask().await.map_err(NoAnswer::Failed)).await;
}

/// After three failures in a row nobody asks for three seconds.
pub async fn with_a_breaker() {
    let breaker = Mutex::new(Breaker::new(3, SECOND * 3));
    visits(async |weather| guarded(&breaker, weather.ask()).await).await;
}

async fn visits(ask: impl AsyncFn(Weather) -> Result<&'static str, NoAnswer<NoWeather>>) {
    let weather = Weather::that_hangs();
    join_all((0..10).map(|number| {
        let visit = async {
            match ask(weather).await {
                Ok(weather) => info!("page with {weather}"),
                Err(error) => info!("page without: {error}"),
            }
        };
        async move {
            sleep(SECOND * number).await;
            visit.instrument(info_span!("visit", number)).await;
        }
    }))
    .await;
}

/// A service that takes 200 ms, and does not answer from 0.5 s to 6.5 s.
#[derive(Clone, Copy, Debug)]
struct Weather {
    hangs_from: Instant,
}

impl Weather {
    fn that_hangs() -> Self {
        let hangs_from = Instant::now() + SECOND / 2;
        Self { hangs_from }
    }

    async fn ask(self) -> Result<&'static str, NoWeather> {
        let answers = async {
            let hangs = self.hangs_from..self.hangs_from + SECOND * 6;
            let takes = if hangs.contains(&Instant::now()) {
                SECOND * 60
            } else {
                SECOND / 5
            };
            sleep(takes).await;
            "sun"
        };
        timeout(SECOND * 3 / 2, answers)
            .await
            .map_err(|_| NoWeather)
    }
}
