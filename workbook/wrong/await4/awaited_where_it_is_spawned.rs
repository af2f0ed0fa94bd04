//! Wrong: three tasks, one after the other.

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
    let ask = async |service, millis| {
        let stop = stop.to_owned();
        let answer = tokio::spawn(async move { ask(service, &stop, millis).await });
        answer.await.unwrap()
    };
    let bus = ask("bus", 300).await;
    let weather = ask("weather", 1_000).await;
    let headline = ask("headline", 700).await;
    Screen {
        bus,
        weather,
        headline,
    }
}

// From here on as in the solution:
// /// Asks a service that needs `millis` milliseconds to answer.
