//! Opening the app of a weather service: who is asking (1 s)? What will the weather be where they
//! live (2 s)? And which warnings are out for the country (3 s)? The forecast needs the user's
//! town; the warnings need nothing.
//!
//! Goal: as early as the answers allow, and not a question asked twice.
//!
//! Lesson: `chapters/ch01_await/README.md`, "Three fetches"

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// The forecast for the user's town, and the number of warnings.
async fn home_page(user: u32) -> (String, usize) {
    let forecast = async {
        let town = town_of(user).await;
        forecast(&town).await
    };
    tokio::join!(forecast, warnings())
}

async fn town_of(user: u32) -> String {
    wait("town", 1).await;
    format!("town {user}")
}

async fn forecast(town: &str) -> String {
    wait("forecast", 2).await;
    format!("sun in {town}")
}

async fn warnings() -> usize {
    wait("warnings", 3).await;
    2
}

async fn wait(question: &str, seconds: u64) {
    async {
        sleep(Duration::from_secs(seconds)).await;
        info!("answered");
    }
    .instrument(info_span!("question", question))
    .await;
}

fn main() {
    stage::play("The first page of the app", home_page(4));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_forecast_waits_for_the_town() {
        for user in [4, 11] {
            let played = stage::record(home_page(user));

            assert_eq!(played.value, (format!("sun in town {user}"), 2));
            let asked: Vec<_> = played
                .lanes
                .iter()
                .map(|lane| (lane.label.as_str(), lane.created.as_secs()))
                .collect();
            assert_eq!(
                asked,
                [
                    ("question town", 0),
                    ("question warnings", 0),
                    ("question forecast", 1),
                ],
                "which question was asked at which second"
            );
            assert_eq!(played.elapsed, Duration::from_secs(3));
        }
    }
}
