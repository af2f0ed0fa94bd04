//! Wrong: more than half of the districts counted so far is not more than half of all.

use std::time::Duration;

use futures::{StreamExt, stream::FuturesUnordered};
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// A district, the seconds it needs to count, and who won there.
type District = (&'static str, u64, char);

async fn election_night(districts: &[District]) -> Option<char> {
    let mut won = Vec::new();
    let mut counting: FuturesUnordered<_> = districts.iter().map(|&d| count(d)).collect();
    while let Some(winner) = counting.next().await {
        won.push(winner);
        let districts_won = won.iter().filter(|&&other| other == winner).count();
        info!("{winner} has {districts_won}");
        if districts_won > won.len() / 2 {
            return Some(winner);
        }
    }
    None
}

// From here on as in the solution:
// async fn count((district, seconds, winner): District) -> char {
