//! In front of its queue each worker keeps a place for one task, which goes first: the LIFO slot.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use stage::Instrument;
use tokio::task::{JoinError, JoinSet, yield_now};
use tracing::{info, info_span};

/// A task spawns A, B and C, and returns them in the order in which they ran: A, B, C on a
/// current-thread runtime, C, A, B on a single worker.
///
/// # Errors
///
/// If a task panicked, which they do not.
pub async fn order() -> Result<Vec<&'static str>, JoinError> {
    let boss = async {
        let mut tasks = JoinSet::new();
        for name in ["A", "B", "C"] {
            let turn = async move {
                info!("my turn");
                name
            };
            tasks.spawn(turn.instrument(info_span!("task", name)));
        }
        tasks.join_all().await
    };
    // Not awaited here: the future that a runtime is started with is polled by no worker.
    tokio::spawn(boss).await
}

/// How many of a hundred ready tasks get a turn while another gives way once: all on a
/// current-thread runtime, not all on a single worker.
///
/// # Errors
///
/// If a task panicked, which they do not.
pub async fn turns_during_a_yield() -> Result<usize, JoinError> {
    let boss = async {
        let turns = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        for _ in 0..100 {
            let turns = Arc::clone(&turns);
            tasks.spawn(async move { turns.fetch_add(1, Ordering::Relaxed) });
        }
        yield_now().await;
        turns.load(Ordering::Relaxed)
    };
    tokio::spawn(boss).await
}

/// A pitfall: a task spawns a helper and blocks its worker for as long as `patience`. The helper
/// stands in that worker's slot, where no other worker can take it, however idle. Tells whether it
/// began meanwhile.
///
/// # Errors
///
/// If a task panicked, which they do not.
pub async fn helped_wrong(patience: Duration) -> Result<bool, JoinError> {
    let boss = async move {
        let (begins, begun) = mpsc::channel();
        let helper = tokio::spawn(async move { begins.send(()) });
        let in_time = begun.recv_timeout(patience).is_ok();
        // It begins now; whether it is still heard does not matter.
        let _ = helper.await?;
        Ok(in_time)
    };
    tokio::spawn(boss).await?
}
