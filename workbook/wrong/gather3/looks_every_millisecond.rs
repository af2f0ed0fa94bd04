//! Wrong: it looks at every call a thousand times a second.

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

    let mut calls: Vec<_> = districts.iter().map(|&d| Box::pin(count(d))).collect();
    while !calls.is_empty() {
        let mut open = Vec::new();
        for mut call in calls {
            let std::task::Poll::Ready(winner) = futures::poll!(call.as_mut()) else {
                open.push(call);
                continue;
            };
            won.push(winner);
            let districts_won = won.iter().filter(|&&other| other == winner).count();
            info!("{winner} has {districts_won}");
            if districts_won > half {
                return Some(winner);
            }
        }
        calls = open;
        if !calls.is_empty() {
            sleep(Duration::from_millis(1)).await;
        }
    }
    None
}

// From here on as in the solution:
// async fn count((district, seconds, winner): District) -> char {
