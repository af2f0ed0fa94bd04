//! Right: all spawned before the first is awaited.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

struct Screen {
    bus: String,
    weather: String,
    headline: String,
}

async fn screen(stop: &str) -> Screen {
    let ask = |service, millis| {
        let stop = stop.to_owned();
        tokio::spawn(async move { ask(service, &stop, millis).await })
    };
    let (bus, weather, headline) = (ask("bus", 300), ask("weather", 1_000), ask("headline", 700));
    let (bus, weather, headline) = (
        bus.await.unwrap(),
        weather.await.unwrap(),
        headline.await.unwrap(),
    );
    Screen {
        bus,
        weather,
        headline,
    }
}

// From here on as in the solution:
// /// Asks a service that needs `millis` milliseconds to answer.
