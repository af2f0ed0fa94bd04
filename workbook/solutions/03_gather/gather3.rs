//! Election night: each district reports when it has counted. The studio waits until the last
//! village is done before it shows anything at all.
//!
//! Goal: show every result in the moment it comes in, with the sum so far. When one candidate can
//! no longer be overtaken (more than half of all districts), stop: the other calls are hung up.
//!
//! Lesson: `chapters/ch03_gather/README.md`, "Quotes: each as it comes"

use std::time::Duration;

use futures::{StreamExt, stream::FuturesUnordered};
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// A district, the seconds it needs to count, and who won there.
type District = (&'static str, u64, char);

/// Who has won, or `None` if nobody has more than half of the districts.
async fn election_night(districts: &[District]) -> Option<char> {
    let mut won = Vec::new();
    let half = districts.len() / 2;
    let mut counting: FuturesUnordered<_> = districts.iter().map(|&d| count(d)).collect();
    while let Some(winner) = counting.next().await {
        won.push(winner);
        let districts_won = won.iter().filter(|&&other| other == winner).count();
        info!("{winner} has {districts_won}");
        if districts_won > half {
            return Some(winner);
        }
    }
    None
}

async fn count((district, seconds, winner): District) -> char {
    async {
        sleep(Duration::from_secs(seconds)).await;
        winner
    }
    .instrument(info_span!("district", district))
    .await
}

fn main() {
    let districts = [
        ("North", 3, 'A'),
        ("East", 1, 'B'),
        ("South", 2, 'A'),
        ("West", 4, 'B'),
        ("Centre", 3, 'A'),
    ];
    stage::play("Election night", election_night(&districts));
}

#[cfg(test)]
mod tests {
    use stage::Outcome;

    use super::*;

    fn told<T>(played: &stage::Recording<T>) -> Vec<(u64, &str)> {
        let events = played.events.iter();
        events
            .map(|event| (event.at.as_secs(), event.text.as_str()))
            .collect()
    }

    #[test]
    fn results_are_shown_as_they_come_in() {
        let districts = [
            ("North", 4, 'B'),
            ("East", 1, 'B'),
            ("South", 2, 'A'),
            ("West", 3, 'A'),
        ];
        let played = stage::record(election_night(&districts));

        assert_eq!(played.value, None, "two each");
        assert_eq!(
            told(&played),
            [
                (1, "B has 1"),
                (2, "A has 1"),
                (3, "A has 2"),
                (4, "B has 2")
            ]
        );
        assert_eq!(played.elapsed, Duration::from_secs(4));
    }

    #[test]
    fn when_it_is_decided_the_other_calls_are_hung_up() {
        let districts = [
            ("North", 9, 'B'),
            ("East", 1, 'A'),
            ("South", 8, 'B'),
            ("West", 3, 'A'),
            ("Centre", 2, 'A'),
        ];
        let played = stage::record(election_night(&districts));

        assert_eq!(played.value, Some('A'));
        assert_eq!(
            told(&played),
            [(1, "A has 1"), (2, "A has 2"), (3, "A has 3")]
        );
        assert_eq!(played.elapsed, Duration::from_secs(3));
        for late in ["district North", "district South"] {
            assert_eq!(played.lane(late).outcome, Outcome::Cancelled, "{late}");
        }
    }
}
