//! Wrong: drops the lines of an upload when the time is up.

use std::time::Duration;

use futures::{Stream, StreamExt, stream};
use tokio::{
    sync::mpsc,
    time::{sleep, timeout},
};
use tokio_stream::wrappers::ReceiverStream;
use tracing::info;

const FULL: usize = 10;
const PATIENCE: Duration = Duration::from_secs(1);

/// The lines in uploads.
fn uploads(lines: impl Stream<Item = u32>) -> impl Stream<Item = Vec<u32>> {
    stream::unfold(Box::pin(lines.fuse()), async |mut lines| {
        loop {
            if let Ok(upload) = timeout(PATIENCE, lines.by_ref().chunks(FULL).next()).await {
                return Some((upload?, lines));
            }
        }
    })
}

// From here on as in the solution:
// /// Writes a line after each of these pauses (in milliseconds) but the last, and ends after that.
