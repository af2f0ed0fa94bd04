//! Wrong: each hand has its own share: one is idle while another has pictures left.

use std::time::Duration;

use futures::stream::{self, StreamExt};
use stage::Instrument;
use tokio::time::sleep;
use tracing::info_span;

/// A picture's number, and the seconds it takes to shrink.
type Picture = (u32, u64);

async fn album(pictures: &[Picture], at_once: usize) -> Vec<u32> {
    let share = pictures.len().div_ceil(at_once).max(1);
    let hands = pictures.chunks(share).map(|share| async move {
        let mut small = Vec::new();
        for &picture in share {
            small.push(shrink(picture).await);
        }
        small
    });
    futures::future::join_all(hands).await.concat()
}

// From here on as in the solution:
// async fn shrink((number, seconds): Picture) -> u32 {
