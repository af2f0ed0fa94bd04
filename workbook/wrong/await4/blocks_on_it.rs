//! Wrong: keeps the thread that was to bring the answers.

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
    let (bus, weather, headline) = futures::executor::block_on(async {
        tokio::join!(
            ask("bus", stop, 300),
            ask("weather", stop, 1_000),
            ask("headline", stop, 700),
        )
    });
    Screen {
        bus,
        weather,
        headline,
    }
}

// From here on as in the solution:
// /// Asks a service that needs `millis` milliseconds to answer.
