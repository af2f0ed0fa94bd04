//! Right: all futures exist, and each waits for a permit before it begins.

use std::time::Duration;

use futures::stream::{self, StreamExt};
use stage::Instrument;
use tokio::time::sleep;
use tracing::info_span;

/// A picture's number, and the seconds it takes to shrink.
type Picture = (u32, u64);

async fn album(pictures: &[Picture], at_once: usize) -> Vec<u32> {
    let hands = tokio::sync::Semaphore::new(at_once);
    let hands = &hands;
    let all = pictures.iter().map(|&picture| async move {
        let _hand = hands.acquire().await.unwrap();
        shrink(picture).await
    });
    futures::future::join_all(all).await
}

// From here on as in the solution:
// async fn shrink((number, seconds): Picture) -> u32 {
