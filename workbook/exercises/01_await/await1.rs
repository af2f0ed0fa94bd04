//! A station announces each train: the gong, one second of silence, then the words.
//! Here the words come at once, and the gong never sounds. The compiler has noticed why.
//!
//! Goal: the gong first, the words one second later.
//!
//! Lesson: `chapters/ch01_await/README.md`, "A call does nothing"

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

async fn announce(train: &str) {
    announcement(train).instrument(info_span!("platform")).await;
}

async fn announcement(train: &str) {
    // TODO: nothing happens in these two lines. Make it happen.
    gong();
    sleep(Duration::from_secs(1));
    info!("{train} is arriving");
}

async fn gong() {
    info!("gong");
}

fn main() {
    stage::play("An announcement", announce("the 9:15"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_come_one_second_after_the_gong() {
        for train in ["the 9:15", "the night train"] {
            let played = stage::record(announce(train));
            let happened = played.what_happened();

            let words = format!("{train} is arriving");
            assert_eq!(
                played.told("platform"),
                [
                    (Duration::ZERO, "gong"),
                    (Duration::from_secs(1), words.as_str()),
                ],
                "the gong should sound at once, the words one second later{happened}"
            );
            let platform = played.lane("platform");
            assert!(
                platform.running() == Duration::ZERO,
                "while it waits, the thread should be free for others{happened}"
            );
            assert!(
                platform.polls <= 3,
                "it looked {} times whether the second is over: a wait is woken{happened}",
                platform.polls
            );
        }
    }
}
