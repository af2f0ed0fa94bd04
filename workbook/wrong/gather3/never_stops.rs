//! Wrong: the winner is known, and the night goes on.

use std::time::Duration;

use futures::{StreamExt, stream::FuturesUnordered};
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// A district, the seconds it needs to count, and who won there.
type District = (&'static str, u64, char);

async fn election_night(districts: &[District]) -> Option<char> {
    let mut won = Vec::new();
    let half = districts.len() / 2;

    let mut counting: FuturesUnordered<_> = districts.iter().map(|&d| count(d)).collect();
    let mut decided = None;
    while let Some(winner) = counting.next().await {
        won.push(winner);
        let districts_won = won.iter().filter(|&&other| other == winner).count();
        info!("{winner} has {districts_won}");
        if districts_won > half {
            decided = Some(winner);
        }
    }
    decided
}

// From here on as in the solution:
// async fn count((district, seconds, winner): District) -> char {
