//! Wrong: begins all three, and then looks again and again instead of waiting to be woken.

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
    let mut all = Box::pin(async {
        tokio::join!(
            ask("bus", stop, 300),
            ask("weather", stop, 1_000),
            ask("headline", stop, 700),
        )
    });
    let (bus, weather, headline) = loop {
        match futures::poll!(&mut all) {
            std::task::Poll::Ready(answers) => break answers,
            std::task::Poll::Pending => sleep(Duration::from_millis(10)).await,
        }
    };
    Screen {
        bus,
        weather,
        headline,
    }
}

// From here on as in the solution:
// /// Asks a service that needs `millis` milliseconds to answer.
