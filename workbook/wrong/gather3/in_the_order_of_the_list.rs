//! Wrong: `buffered` yields in the order of the list, not as results come in.

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

    let mut counting = futures::stream::iter(districts.iter().map(|&d| count(d))).buffered(99);
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

// From here on as in the solution:
// async fn count((district, seconds, winner): District) -> char {
