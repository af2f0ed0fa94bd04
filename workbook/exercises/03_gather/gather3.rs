//! Election night: each district reports when it has counted. The studio waits until the last
//! village is done before it shows anything at all.
//!
//! Goal: show every result in the moment it comes in, with the sum so far. When one candidate can
//! no longer be overtaken (more than half of all districts), stop: the other calls are hung up.
//!
//! Lesson: `chapters/ch03_gather/README.md`, "Quotes: each as it comes"

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// A district, the seconds it needs to count, and who won there.
type District = (&'static str, u64, char);

/// Who has won, or `None` if nobody has more than half of the districts.
async fn election_night(districts: &[District]) -> Option<char> {
    let mut won = Vec::new();
    let half = districts.len() / 2;
    // TODO: do not wait for all of them.
    let results = join_all(districts.iter().map(|&district| count(district))).await;
    for winner in results {
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

    /// What is shown, at which second, and who wins.
    fn check(districts: &[District], shown: &[(u64, &str)], winner: Option<char>) {
        let studio = || election_night(districts).instrument(info_span!("studio"));
        let played = stage::record(async {
            let winner = studio().await;
            // Calls that nobody hangs up would go on.
            sleep(Duration::from_secs(1)).await;
            winner
        });
        let timeline = stage::timeline_of(&played, 100);
        let expected: Vec<_> = shown
            .iter()
            .map(|&(at, text)| (Duration::from_secs(at), text))
            .collect();
        let told: Vec<_> = played
            .events
            .iter()
            .map(|event| (event.at, event.text.as_str()))
            .collect();
        assert!(
            told == expected,
            "each result should be shown when it comes in\n  \
             expected: {expected:?}\n  it was:   {told:?}\n{timeline}"
        );
        let won = played.value;
        assert!(
            won == winner,
            "the winner should be {winner:?}, and was {won:?}:\n{timeline}"
        );
        let decided = expected.last().map_or(Duration::ZERO, |last| last.0);
        let (studio, calls) = played.lanes.split_first().unwrap();
        let ended = studio.ended.unwrap();
        assert!(
            ended == decided,
            "the night should end at {decided:?}, when all is known, and ended at {ended:?}:\n\
             {timeline}"
        );
        for (lane, &(district, seconds, _)) in calls.iter().zip(districts) {
            let counted = Duration::from_secs(seconds);
            if counted > decided {
                assert!(
                    lane.outcome == Outcome::Cancelled && lane.ended == Some(decided),
                    "it is decided at {decided:?}; the call from {district} should be hung up then, \
                     and goes on:\n{timeline}"
                );
            }
        }
        let (polls, most) = (studio.polls, 2 * districts.len() as u64 + 2);
        assert!(
            polls <= most,
            "the studio was polled {polls} times for {} results: it looks again and again instead \
             of waiting to be woken\n{timeline}",
            shown.len()
        );
    }

    #[test]
    fn results_are_shown_as_they_come_in() {
        let districts = [
            ("North", 4, 'B'),
            ("East", 1, 'B'),
            ("South", 2, 'A'),
            ("West", 3, 'A'),
        ];
        let shown = [
            (1, "B has 1"),
            (2, "A has 1"),
            (3, "A has 2"),
            (4, "B has 2"),
        ];
        check(&districts, &shown, None);
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
        let shown = [(1, "A has 1"), (2, "A has 2"), (3, "A has 3")];
        check(&districts, &shown, Some('A'));
    }

    #[test]
    fn one_district_or_none() {
        check(&[("North", 2, 'B')], &[(2, "B has 1")], Some('B'));
        check(&[], &[], None);
    }
}
