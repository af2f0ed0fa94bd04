//! The screen in a bus shelter shows when the bus comes, what the weather does and one headline.
//! Three services, asked one after the other: the reader has left before the screen is full.
//!
//! Goal: all three questions travel at the same time; the slowest answer decides.
//!
//! Lesson: `chapters/ch01_await/README.md`, "Three fetches"

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
    // TODO: ask all three services at the same time.
    let bus = ask("bus", stop, 300).await;
    let weather = ask("weather", stop, 1_000).await;
    let headline = ask("headline", stop, 700).await;
    Screen {
        bus,
        weather,
        headline,
    }
}

/// Asks a service that needs `millis` milliseconds to answer.
async fn ask(service: &str, stop: &str, millis: u64) -> String {
    async {
        info!("asked");
        sleep(Duration::from_millis(millis)).await;
        info!("answered");
        format!("{service} at {stop}")
    }
    .instrument(info_span!("ask", service))
    .await
}

fn main() {
    stage::play("A screen in a bus shelter", async {
        let screen = screen("Market Square").await;
        info!("{}; {}; {}", screen.bus, screen.weather, screen.headline);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_questions_travel_together() {
        for stop in ["Market Square", "Harbour"] {
            let played = stage::record(screen(stop));

            let screen = &played.value;
            assert_eq!(screen.bus, format!("bus at {stop}"));
            assert_eq!(screen.weather, format!("weather at {stop}"));
            assert_eq!(screen.headline, format!("headline at {stop}"));
            for service in ["ask bus", "ask weather", "ask headline"] {
                assert_eq!(
                    played.lane(service).created,
                    Duration::ZERO,
                    "{service}: the question should leave at once"
                );
                assert_eq!(played.lane(service).running(), Duration::ZERO);
            }
            assert_eq!(played.elapsed, Duration::from_secs(1));
        }
    }
}
