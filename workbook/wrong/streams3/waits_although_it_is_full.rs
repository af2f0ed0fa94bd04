//! Wrong: always waits for the second to pass.

use std::time::Duration;

use futures::{Stream, StreamExt};
use tokio::{sync::mpsc, time::sleep};
use tokio_stream::wrappers::ReceiverStream;
use tracing::info;

const FULL: usize = 10;
const PATIENCE: Duration = Duration::from_secs(1);

/// The lines in uploads.
fn uploads(lines: impl Stream<Item = u32>) -> impl Stream<Item = Vec<u32>> {
    tokio_stream::StreamExt::chunks_timeout(lines, 10 * FULL, PATIENCE).flat_map(|lines| {
        let uploads: Vec<_> = lines.chunks(FULL).map(<[u32]>::to_vec).collect();
        futures::stream::iter(uploads)
    })
}

// From here on as in the solution:
// /// Writes a line after each of these pauses (in milliseconds) but the last, and ends after that.
