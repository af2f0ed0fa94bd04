//! Wrong: goes on after the silence.

use std::{future::ready, time::Duration};

use futures::{Stream, StreamExt, stream};
use tokio::time::sleep;
use tracing::info;

/// The beats of the time `whole`, or fewer, if the heart is silent for `patience`.
async fn listen(beats: impl Stream<Item = u32>, patience: Duration, whole: Duration) -> Vec<u32> {
    tokio_stream::StreamExt::timeout(beats, patience)
        .filter_map(|beat| ready(beat.ok()))
        .take_until(sleep(whole))
        .collect()
        .await
}

// From here on as in the solution:
// /// A beat after each of these pauses, in milliseconds; after the last there is silence, or the end.
