//! `block_in_place`: the worker's other tasks move to another thread. Its own future's do not.

use std::{sync::mpsc, time::Duration};

use tokio::task::{JoinError, block_in_place};
use tracing::info;

/// Computes in place until a sibling has had a turn, or for as long as `patience`. Tells whether it
/// had: a sibling in the same task, and one that is a task of its own.
///
/// # Errors
///
/// If the task panicked: it does on a current-thread runtime.
pub async fn siblings(patience: Duration) -> Result<(bool, bool), JoinError> {
    let boss = async move {
        let (turn, turns) = mpsc::channel();
        let same_task = async move { turn.send(()) };
        let computing = async move { block_in_place(|| turns.recv_timeout(patience).is_ok()) };
        let (joined, _) = tokio::join!(computing, same_task);
        info!("a future of the same task had a turn: {joined}");

        let (turn, turns) = mpsc::channel();
        let task = tokio::spawn(async move { turn.send(()) });
        let spawned = block_in_place(|| turns.recv_timeout(patience).is_ok());
        info!("another task had a turn: {spawned}");
        let _ = task.await?;
        Ok((joined, spawned))
    };
    // The future that a runtime is started with is polled by no worker.
    tokio::spawn(boss).await?
}
