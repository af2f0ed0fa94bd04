//! Wrong: has patience for the whole time, whether anybody is heard or not.

use std::time::Duration;

use futures::{Stream, StreamExt, stream};
use tokio::time::sleep;
use tracing::info;

/// The beats of the time `whole`, or fewer, if the heart is silent for `patience`.
async fn listen(beats: impl Stream<Item = u32>, patience: Duration, whole: Duration) -> Vec<u32> {
    let _ = patience;
    beats.take_until(sleep(whole)).collect().await
}

// From here on as in the solution:
// /// A beat after each of these pauses, in milliseconds; after the last there is silence, or the end.
