//! Right: a join in a join.

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
    let rest = async { tokio::join!(ask("weather", stop, 1_000), ask("headline", stop, 700)) };
    let (bus, (weather, headline)) = tokio::join!(ask("bus", stop, 300), rest);
    Screen {
        bus,
        weather,
        headline,
    }
}

// From here on as in the solution:
// /// Asks a service that needs `millis` milliseconds to answer.
