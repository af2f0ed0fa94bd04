//! Wrong: gives up after 700 ms, and makes something up.

use std::time::Duration;

use stage::Instrument;
use tokio::time::{sleep, timeout};
use tracing::{info, info_span};

struct Screen {
    bus: String,
    weather: String,
    headline: String,
}

async fn screen(stop: &str) -> Screen {
    let ask = async |service, millis| {
        let answer = timeout(Duration::from_millis(700), ask(service, stop, millis));
        answer.await.unwrap_or_default()
    };
    let (bus, weather, headline) =
        tokio::join!(ask("bus", 300), ask("weather", 1_000), ask("headline", 700));
    Screen {
        bus,
        weather,
        headline,
    }
}

// From here on as in the solution:
// /// Asks a service that needs `millis` milliseconds to answer.
