//! Right: `select_all` hands back those that are still counting.

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

    let mut counting: Vec<_> = districts.iter().map(|&d| Box::pin(count(d))).collect();
    while !counting.is_empty() {
        let (winner, _, others) = futures::future::select_all(counting).await;
        counting = others;
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
