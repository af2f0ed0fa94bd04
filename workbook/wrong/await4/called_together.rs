//! Wrong: called at the same time, and awaited one after the other: a call does nothing.

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
    let bus = ask("bus", stop, 300);
    let weather = ask("weather", stop, 1_000);
    let headline = ask("headline", stop, 700);
    let (bus, weather, headline) = (bus.await, weather.await, headline.await);
    Screen {
        bus,
        weather,
        headline,
    }
}

// From here on as in the solution:
// /// Asks a service that needs `millis` milliseconds to answer.
