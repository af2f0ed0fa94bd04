//! Right: the list belongs to the caller of the future that is dropped.

use std::{pin::pin, time::Duration};

use futures::{Stream, StreamExt, stream};
use tokio::time::{sleep, timeout};
use tracing::info;

/// The beats of the time `whole`, or fewer, if the heart is silent for `patience`.
async fn listen(beats: impl Stream<Item = u32>, patience: Duration, whole: Duration) -> Vec<u32> {
    let mut heard = Vec::new();
    let listening = async {
        let mut beats = pin!(beats);
        while let Ok(Some(beat)) = timeout(patience, beats.next()).await {
            heard.push(beat);
        }
    };
    let _ = timeout(whole, listening).await;
    heard
}

// From here on as in the solution:
// /// A beat after each of these pauses, in milliseconds; after the last there is silence, or the end.
