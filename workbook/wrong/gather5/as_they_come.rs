//! Wrong: the album is in the order in which the pictures are done.

use std::time::Duration;

use futures::stream::{self, StreamExt};
use stage::Instrument;
use tokio::time::sleep;
use tracing::info_span;

/// A picture's number, and the seconds it takes to shrink.
type Picture = (u32, u64);

async fn album(pictures: &[Picture], at_once: usize) -> Vec<u32> {
    stream::iter(pictures)
        .map(|&picture| shrink(picture))
        .buffer_unordered(at_once)
        .collect()
        .await
}

// From here on as in the solution:
// async fn shrink((number, seconds): Picture) -> u32 {
