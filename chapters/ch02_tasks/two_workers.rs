//! Two tasks that can only meet if two threads poll at the same moment.

use std::{
    sync::{Arc, Barrier},
    thread::{self, ThreadId},
};

use tokio::task::JoinError;

/// Two tasks that block at a barrier for two, and the thread each of them ran on. They can only
/// meet if two threads poll at the same moment; on a current-thread runtime the first would wait
/// for ever.
///
/// # Errors
///
/// If a task panicked, which they do not.
pub async fn meet(both: Arc<Barrier>) -> Result<[ThreadId; 2], JoinError> {
    let arrive = |both: Arc<Barrier>| async move {
        both.wait();
        thread::current().id()
    };
    let first = tokio::spawn(arrive(Arc::clone(&both)));
    let second = tokio::spawn(arrive(both));
    Ok([first.await?, second.await?])
}
