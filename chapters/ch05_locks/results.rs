//! Five tasks, one list of results: lock it, send to it, or return instead.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use stage::Instrument;
use tokio::{spawn, sync::mpsc, task::JoinHandle, time::sleep};
use tracing::{info, info_span};

const TASKS: u32 = 5;

/// Everybody writes into the same list: results in order of completion, none from a task that
/// panicked.
pub async fn locked() -> Vec<u32> {
    let results = Arc::new(Mutex::new(Vec::new()));
    let tasks = each(|id| {
        let results = Arc::clone(&results);
        spawn(
            async move {
                let result = square(id).await;
                // Taken after the await, for the length of a push.
                let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                results.push(result);
            }
            .instrument(info_span!("task", id)),
        )
    });
    for task in tasks {
        // The list does not tell that one has failed; the handle does.
        if task.await.is_err() {
            info!("one result is missing");
        }
    }
    let results = std::mem::take(&mut *results.lock().unwrap_or_else(PoisonError::into_inner));
    info!("{results:?}");
    results
}

/// Everybody sends to one receiver, who can use each result as soon as it is there.
pub async fn sent() -> Vec<u32> {
    let (sender, mut receiver) = mpsc::channel(1);
    let tasks = each(|id| {
        let sender = sender.clone();
        spawn(
            async move {
                let result = square(id).await;
                // Fails only if nobody wants results any more.
                let _ = sender.send(result).await;
            }
            .instrument(info_span!("task", id)),
        )
    });
    // The channel ends with its last sender.
    drop(sender);
    let mut results = Vec::new();
    while let Some(result) = receiver.recv().await {
        results.push(result);
    }
    drop(tasks);
    info!("{results:?}");
    results
}

/// Everybody returns: results in the order of the tasks, and a place for the one that failed.
pub async fn returned() -> Vec<Option<u32>> {
    let tasks = each(|id| spawn(square(id).instrument(info_span!("task", id))));
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.ok());
    }
    info!("{results:?}");
    results
}

fn each<T>(task: impl FnMut(u32) -> JoinHandle<T>) -> Vec<JoinHandle<T>> {
    (1..=TASKS).map(task).collect()
}

/// The later ones are faster, and the third one fails.
async fn square(number: u32) -> u32 {
    sleep(Duration::from_secs(u64::from(TASKS + 1 - number))).await;
    assert!(number != 3, "a bug");
    number * number
}
