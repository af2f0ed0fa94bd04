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
            let happened = played.what_happened();

            let Screen {
                bus,
                weather,
                headline,
            } = &played.value;
            let expected = ["bus", "weather", "headline"].map(|what| format!("{what} at {stop}"));
            assert_eq!(
                [bus, weather, headline],
                expected.each_ref(),
                "bus, weather and headline on the screen{happened}"
            );
            for service in ["ask bus", "ask weather", "ask headline"] {
                let lane = played.lane(service);
                assert!(
                    lane.created == Duration::ZERO,
                    "{service}: the question left at {:?} and not at once{happened}",
                    lane.created
                );
                assert!(
                    lane.polls <= 4,
                    "{service}: {} looks for an answer; who answers wakes you{happened}",
                    lane.polls
                );
            }
            let questions = played.lanes.iter();
            let questions = questions.filter(|lane| lane.label.starts_with("ask"));
            let questions = questions.count();
            assert!(
                questions == 3,
                "{questions} questions were asked; three services, three questions{happened}"
            );
            assert!(
                played.elapsed == Duration::from_secs(1),
                "the slowest answer takes 1 s, the screen was full after {:?}{happened}",
                played.elapsed
            );
        }
    }
}
