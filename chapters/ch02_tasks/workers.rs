//! Three workers: A needs two seconds, B one, C three. Who begins when, and who is done first?

use std::time::Duration;

use stage::Instrument;
use tokio::{task::JoinError, time::sleep};
use tracing::{info, info_span};

/// Works for `seconds` and returns its name.
pub async fn worker(name: &'static str, seconds: u64) -> &'static str {
    async {
        info!("started");
        sleep(Duration::from_secs(seconds)).await;
        info!("done");
        name
    }
    .instrument(info_span!("worker", name))
    .await
}

/// A pitfall: each task is awaited before the next is spawned. 6 s.
///
/// # Errors
///
/// If a worker panicked or was cancelled.
pub async fn one_by_one_wrong() -> Result<[&'static str; 3], JoinError> {
    Ok([
        tokio::spawn(worker("A", 2)).await?,
        tokio::spawn(worker("B", 1)).await?,
        tokio::spawn(worker("C", 3)).await?,
    ])
}

/// All are spawned, then all are awaited. They end as B, A, C; the results stand as asked for. 3 s.
///
/// # Errors
///
/// If a worker panicked or was cancelled.
pub async fn all_at_once() -> Result<[&'static str; 3], JoinError> {
    let a = tokio::spawn(worker("A", 2));
    let b = tokio::spawn(worker("B", 1));
    let c = tokio::spawn(worker("C", 3));
    info!("spawned");
    Ok([a.await?, b.await?, c.await?])
}
