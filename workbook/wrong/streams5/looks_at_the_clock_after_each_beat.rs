//! Wrong: notices only at the next beat that the time is up.

use std::{pin::pin, time::Duration};

use futures::{Stream, StreamExt, stream};
use tokio::time::{Instant, sleep, timeout};
use tracing::info;

/// The beats of the time `whole`, or fewer, if the heart is silent for `patience`.
async fn listen(beats: impl Stream<Item = u32>, patience: Duration, whole: Duration) -> Vec<u32> {
    let start = Instant::now();
    let (mut beats, mut heard) = (pin!(beats), Vec::new());
    while start.elapsed() < whole
        && let Ok(Some(beat)) = timeout(patience, beats.next()).await
    {
        heard.push(beat);
    }
    heard
}

// From here on as in the solution:
// /// A beat after each of these pauses, in milliseconds; after the last there is silence, or the end.
