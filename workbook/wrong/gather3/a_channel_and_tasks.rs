//! Wrong: nobody owns the tasks that report through the channel.

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

    let (results, mut counted) = tokio::sync::mpsc::unbounded_channel();
    for &district in districts {
        let results = results.clone();
        tokio::spawn(async move { results.send(count(district).await) });
    }
    drop(results);
    while let Some(winner) = counted.recv().await {
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
