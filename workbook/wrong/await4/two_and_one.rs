//! Wrong: the headline waits for the other two.

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
    let (bus, weather) = tokio::join!(ask("bus", stop, 300), ask("weather", stop, 1_000));
    let headline = ask("headline", stop, 700).await;
    Screen {
        bus,
        weather,
        headline,
    }
}

// From here on as in the solution:
// /// Asks a service that needs `millis` milliseconds to answer.
