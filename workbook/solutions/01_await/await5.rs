//! Opening the app of a weather service: who is asking (1 s)? What will the weather be where they
//! live (2 s)? And which warnings are out for the country (4 s)? The forecast needs the user's
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
    wait("warnings", 4).await;
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
            let happened = played.what_happened();

            assert_eq!(
                played.value,
                (format!("sun in town {user}"), 2),
                "the forecast for the town of user {user}, and the number of warnings{happened}"
            );
            let mut asked: Vec<_> = played
                .lanes
                .iter()
                .filter(|lane| lane.label.starts_with("question"))
                .map(|lane| (lane.created.as_secs(), lane.label.as_str()))
                .collect();
            asked.sort_unstable();
            assert_eq!(
                asked,
                [
                    (0, "question town"),
                    (0, "question warnings"),
                    (1, "question forecast"),
                ],
                "at which second which question was asked{happened}"
            );
            for lane in &played.lanes {
                assert!(
                    lane.polls <= 5,
                    "{}: {} looks for an answer; who answers wakes you{happened}",
                    lane.label,
                    lane.polls
                );
            }
            assert!(
                played.elapsed == Duration::from_secs(4),
                "the warnings take 4 s, the page was full after {:?}{happened}",
                played.elapsed
            );
        }
    }
}
