//! The life of a task, watched from outside: created, running, suspended, finished.

use std::time::Duration;

use stage::{Instrument, block_for};
use tokio::{
    task::{self, JoinError, JoinHandle},
    time::sleep,
};
use tracing::{info, info_span};

const ONE_SECOND: Duration = Duration::from_secs(1);

/// Watches a kettle through its whole life and returns what it said at the end.
///
/// # Errors
///
/// If the kettle panicked, which it does not.
pub async fn observed() -> Result<&'static str, JoinError> {
    async {
        let kettle = tokio::spawn(boil().instrument(info_span!("kettle")));
        look(&kettle);
        block_for(ONE_SECOND);
        look(&kettle);
        sleep(2 * ONE_SECOND).await;
        look(&kettle);
        // Due at 4.5 s, in the middle of the pouring.
        sleep(3 * ONE_SECOND / 2).await;
        look(&kettle);
        kettle.await
    }
    .instrument(info_span!("observer"))
    .await
}

/// A task's number as its handle knows it, its abort handle, and the task itself.
///
/// # Errors
///
/// If the task panicked, which it does not.
pub async fn identity() -> Result<[task::Id; 3], JoinError> {
    let task = tokio::spawn(async { task::id() });
    let outside = task.id();
    let to_abort = task.abort_handle().id();
    Ok([outside, to_abort, task.await?])
}

/// Runs for one second, waits for two, runs for one more.
async fn boil() -> &'static str {
    info!("filling");
    block_for(ONE_SECOND);
    sleep(2 * ONE_SECOND).await;
    info!("pouring");
    block_for(ONE_SECOND);
    "tea"
}

/// Says whether the task has finished.
pub(crate) fn look<T>(task: &JoinHandle<T>) {
    info!(
        "finished: {}",
        if task.is_finished() { "yes" } else { "no" }
    );
}
