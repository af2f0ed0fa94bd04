//! Wrong: sends by the clock, so that a line may wait for less or ten for longer.

use std::{pin::pin, time::Duration};

use async_stream::stream;
use futures::{Stream, StreamExt};
use tokio::{
    sync::mpsc,
    time::{interval, sleep},
};
use tokio_stream::wrappers::ReceiverStream;
use tracing::info;

const FULL: usize = 10;
const PATIENCE: Duration = Duration::from_secs(1);

/// The lines in uploads.
fn uploads(lines: impl Stream<Item = u32>) -> impl Stream<Item = Vec<u32>> {
    stream! {
        let mut lines = pin!(lines);
        let mut clock = interval(PATIENCE);
        clock.tick().await;
        let mut upload = Vec::new();
        loop {
            tokio::select! {
                biased;
                line = lines.next() => match line {
                    Some(line) => upload.push(line),
                    None => break,
                },
                _ = clock.tick() => if !upload.is_empty() {
                    yield std::mem::take(&mut upload);
                },
            }
            if upload.len() == FULL {
                yield std::mem::take(&mut upload);
            }
        }
        if !upload.is_empty() {
            yield upload;
        }
    }
}

// From here on as in the solution:
// /// Writes a line after each of these pauses (in milliseconds) but the last, and ends after that.
