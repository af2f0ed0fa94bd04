//! Wrong: forgets what is in an upload that is not full.

use std::{pin::pin, time::Duration};

use async_stream::stream;
use futures::{Stream, StreamExt};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, timeout_at},
};
use tokio_stream::wrappers::ReceiverStream;
use tracing::info;

const FULL: usize = 10;
const PATIENCE: Duration = Duration::from_secs(1);

/// The lines in uploads.
fn uploads(lines: impl Stream<Item = u32>) -> impl Stream<Item = Vec<u32>> {
    stream! {
        let mut lines = pin!(lines);
        'all: while let Some(first) = lines.next().await {
            let (mut upload, until) = (vec![first], Instant::now() + PATIENCE);
            while upload.len() < FULL {
                match timeout_at(until, lines.next()).await {
                    Ok(Some(line)) => upload.push(line),
                    Ok(None) => break 'all,
                    Err(_) => break,
                }
            }
            yield upload;
        }
    }
}

// From here on as in the solution:
// /// Writes a line after each of these pauses (in milliseconds) but the last, and ends after that.
