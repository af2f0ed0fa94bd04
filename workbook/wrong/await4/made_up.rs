//! Wrong: asks nobody.

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
    sleep(Duration::from_secs(1)).await;
    let [bus, weather, headline] =
        ["bus", "weather", "headline"].map(|service| format!("{service} at {stop}"));
    Screen {
        bus,
        weather,
        headline,
    }
}

// From here on as in the solution:
// /// Asks a service that needs `millis` milliseconds to answer.
