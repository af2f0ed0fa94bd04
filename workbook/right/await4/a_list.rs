//! Right: the three are a list.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

struct Screen {
    bus: String,
    weather: String,
    headline: String,
}

async fn screen(stop: &str) -> Screen {
    let asked = [("bus", 300), ("weather", 1_000), ("headline", 700)];
    let answers = join_all(asked.map(|(service, millis)| ask(service, stop, millis))).await;
    let [bus, weather, headline] = answers.try_into().unwrap();
    Screen {
        bus,
        weather,
        headline,
    }
}

// From here on as in the solution:
// /// Asks a service that needs `millis` milliseconds to answer.
