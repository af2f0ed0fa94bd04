//! Pictures are downloaded two at a time and printed one by one. While one is printed, nobody
//! looks after the downloads.

use std::time::Duration;

use futures::{StreamExt, stream};
use stage::Instrument;
use thiserror::Error;
use tokio::time::{Instant, sleep};
use tokio_util::task::AbortOnDropHandle;
use tracing::{info, info_span};

const PART: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(2);
const PRINT: Duration = Duration::from_secs(3);

/// A picture's number and the parts in which it arrives.
pub type Picture = (u32, u32);

/// Small, large, small, large.
pub const PICTURES: [Picture; 4] = [(1, 2), (2, 4), (3, 2), (4, 4)];

/// The server waits two seconds for its client to read on, no longer.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the server hung up")]
pub struct HungUp;

/// Between two calls of `next` nothing in the buffer moves: half of the downloads fail.
pub async fn frozen_wrong() -> Vec<u32> {
    let mut downloads = stream::iter(PICTURES).map(download).buffered(2);
    let mut printed = Vec::new();
    while let Some(picture) = downloads.next().await {
        if let Ok(number) = picture {
            print(number).await;
            printed.push(number);
        }
    }
    printed
}

/// As tasks the downloads go on, whatever the printer does.
///
/// # Panics
///
/// If a download panics.
///
/// # Cancel safety
///
/// Dropping this future aborts the downloads.
pub async fn as_tasks() -> Vec<u32> {
    let mut downloads = stream::iter(PICTURES)
        .map(|picture| on_task(download(picture)))
        .buffered(2);
    let mut printed = Vec::new();
    while let Some(picture) = downloads.next().await {
        if let Ok(number) = picture.expect("no download panics") {
            print(number).await;
            printed.push(number);
        }
    }
    printed
}

/// A task that is aborted with its handle. (Dropping Tokio's `JoinHandle` would let it run on.)
fn on_task<T: Send + 'static>(
    future: impl Future<Output = T> + Send + 'static,
) -> AbortOnDropHandle<T> {
    AbortOnDropHandle::new(tokio::spawn(future))
}

fn download((number, parts): Picture) -> impl Future<Output = Result<u32, HungUp>> {
    async move {
        for part in 1..=parts {
            let sent = Instant::now();
            sleep(PART).await;
            if sent.elapsed() > PATIENCE {
                info!("hung up");
                return Err(HungUp);
            }
            info!("{part}/{parts}");
        }
        Ok(number)
    }
    .instrument(info_span!("download", number))
}

async fn print(number: u32) {
    sleep(PRINT).instrument(info_span!("print", number)).await;
}
