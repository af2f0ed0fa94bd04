//! Wrong: a line waits for as long as others follow it.

use std::{pin::pin, time::Duration};

use async_stream::stream;
use futures::{Stream, StreamExt};
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
    stream! {
        let mut lines = pin!(lines.fuse());
        while let Some(first) = lines.next().await {
            let mut upload = vec![first];
            while upload.len() < FULL
                && let Ok(Some(line)) = timeout(PATIENCE, lines.next()).await
            {
                upload.push(line);
            }
            yield upload;
        }
    }
}

// From here on as in the solution:
// /// Writes a line after each of these pauses (in milliseconds) but the last, and ends after that.
