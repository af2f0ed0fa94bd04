use std::{panic::AssertUnwindSafe, sync::Arc};

use futures::FutureExt;
use stage::Instrument;
use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
};
use tracing::info_span;

use super::{Report, ScanError, Scanner, caught};
use crate::model::GroupId;

/// Every group its own task, but no more than `most` of them at work. When `stop` becomes true,
/// groups that wait do not begin.
///
/// A group that fails is part of the report.
///
/// # Cancel safety
///
/// Dropping the future ends all tasks at their next wait.
#[expect(clippy::missing_panics_doc, reason = "what is expected cannot fail")]
pub async fn bounded(
    groups: Vec<GroupId>,
    scanner: Arc<impl Scanner>,
    most: usize,
    stop: watch::Receiver<bool>,
) -> Report {
    let places = Arc::new(Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS)));
    let mut tasks = JoinSet::new();
    let mut outcomes = Vec::new();
    for group in groups {
        // Waiting before spawning keeps the number of tasks bounded too.
        let place = Arc::clone(&places)
            .acquire_owned()
            .await
            .expect("nobody closes the semaphore");
        if *stop.borrow() {
            outcomes.push((group, Err(ScanError::Stopped)));
            continue;
        }
        let scanner = Arc::clone(&scanner);
        tasks.spawn(
            async move {
                let scan = AssertUnwindSafe(async { scanner.scan(group).await }).catch_unwind();
                let outcome = caught(scan.await);
                drop(place);
                (group, outcome)
            }
            .instrument(info_span!("group", %group)),
        );
        while let Some(done) = tasks.try_join_next() {
            outcomes.push(done.expect("panics are caught and nobody aborts"));
        }
    }
    while let Some(done) = tasks.join_next().await {
        outcomes.push(done.expect("panics are caught and nobody aborts"));
    }
    Report::sorted(outcomes)
}
