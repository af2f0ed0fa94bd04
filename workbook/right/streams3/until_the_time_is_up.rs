//! Right: `take_until` ends the upload, `take` fills it.

use std::time::Duration;

use futures::{Stream, StreamExt, stream};
use tokio::{sync::mpsc, time::sleep};
use tokio_stream::wrappers::ReceiverStream;
use tracing::info;

const FULL: usize = 10;
const PATIENCE: Duration = Duration::from_secs(1);

/// The lines in uploads.
fn uploads(lines: impl Stream<Item = u32>) -> impl Stream<Item = Vec<u32>> {
    stream::unfold(Box::pin(lines.fuse()), async |mut lines| {
        let first = lines.next().await?;
        let rest = lines.by_ref().take_until(sleep(PATIENCE)).take(FULL - 1);
        let upload = stream::iter([first]).chain(rest).collect().await;
        Some((upload, lines))
    })
}

// From here on as in the solution:
// /// Writes a line after each of these pauses (in milliseconds) but the last, and ends after that.
