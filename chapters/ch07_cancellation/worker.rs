//! A worker that is told to stop, cleans up for half a second, and says so.

use std::time::Duration;

use stage::Instrument;
use tokio::{task::JoinError, time::sleep};
use tokio_util::sync::CancellationToken;
use tracing::{info, info_span};

const TO_WORK: Duration = Duration::from_secs(1);
const TO_CLEAN_UP: Duration = Duration::from_millis(500);
const WORKDAY: Duration = Duration::from_millis(3400);

/// How a worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled {
    /// Steps it completed before.
    pub after_steps: u32,
}

/// Aborting drops the worker at the await where it stands: it cannot clean up.
///
/// # Errors
///
/// [`JoinError`]: always, that the task was cancelled.
pub async fn aborted_wrong() -> Result<Cancelled, JoinError> {
    let stop = CancellationToken::new();
    let worker = tokio::spawn(work(stop).instrument(info_span!("worker")));
    sleep(WORKDAY).await;
    worker.abort();
    worker.await
}

/// The token tells it; what it makes of that is its own affair. It drops the step it is in,
/// cleans up, and is waited for.
///
/// # Errors
///
/// If the worker panics.
pub async fn told() -> Result<Cancelled, JoinError> {
    let stop = CancellationToken::new();
    let worker = tokio::spawn(work(stop.clone()).instrument(info_span!("worker")));
    sleep(WORKDAY).await;
    stop.cancel();
    worker.await
}

/// This one looks at the token between two steps only: the token leaves none half-done, and is heard
/// a step later at the latest.
///
/// # Errors
///
/// If the worker panics.
pub async fn told_between_steps() -> Result<Cancelled, JoinError> {
    let stop = CancellationToken::new();
    let worker = tokio::spawn(work_in_steps(stop.clone()).instrument(info_span!("worker")));
    sleep(WORKDAY).await;
    stop.cancel();
    worker.await
}

async fn work(stop: CancellationToken) -> Cancelled {
    let mut after_steps = 0;
    while stop.run_until_cancelled(sleep(TO_WORK)).await.is_some() {
        after_steps += 1;
        info!("step {after_steps}");
    }
    clean_up().await;
    Cancelled { after_steps }
}

async fn work_in_steps(stop: CancellationToken) -> Cancelled {
    let mut after_steps = 0;
    while !stop.is_cancelled() {
        sleep(TO_WORK).await;
        after_steps += 1;
        info!("step {after_steps}");
    }
    clean_up().await;
    Cancelled { after_steps }
}

async fn clean_up() {
    info!("cleaning up");
    sleep(TO_CLEAN_UP).await;
    info!("cancelled");
}
