//! Wrong: drops what it has when the heart is silent.

use std::time::Duration;

use futures::{Stream, StreamExt, TryStreamExt, stream};
use tokio::time::sleep;
use tracing::info;

/// The beats of the time `whole`, or fewer, if the heart is silent for `patience`.
async fn listen(beats: impl Stream<Item = u32>, patience: Duration, whole: Duration) -> Vec<u32> {
    tokio_stream::StreamExt::timeout(beats, patience)
        .take_until(sleep(whole))
        .try_collect()
        .await
        .unwrap_or_default()
}

// From here on as in the solution:
// /// A beat after each of these pauses, in milliseconds; after the last there is silence, or the end.
