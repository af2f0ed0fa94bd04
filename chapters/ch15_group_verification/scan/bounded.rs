use std::{panic::AssertUnwindSafe, sync::Arc};

use futures::FutureExt;
use stage::Instrument;
use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
};
use tracing::info_span;

use super::{Polite, Report, ScanError, caught, scan_group};
use crate::{
    model::Timestamp,
    platform::Platform,
    policy::Policy,
    store::{Store, StoreError},
};

/// Every group its own task, but no more than [`Policy::groups_in_flight`] of them at work, and
/// every call made politely. When `stop` becomes true, groups at work end before their next
/// move, and groups that wait do not begin.
///
/// # Errors
///
/// If the store cannot name its groups. A group that fails is part of the report.
///
/// # Cancel safety
///
/// Dropping the future ends all tasks at their next wait.
#[expect(clippy::missing_panics_doc, reason = "what is expected cannot fail")]
pub async fn bounded<P: Platform, S: Store>(
    platform: Arc<Polite<P>>,
    store: Arc<S>,
    at: Timestamp,
    policy: Arc<Policy>,
    stop: watch::Receiver<bool>,
) -> Result<Report, StoreError> {
    let places = Arc::new(Semaphore::new(policy.groups_in_flight));
    let mut tasks = JoinSet::new();
    let mut outcomes = Vec::new();
    for group in store.groups().await? {
        // Waiting before spawning keeps the number of tasks bounded too.
        let place = Arc::clone(&places)
            .acquire_owned()
            .await
            .expect("nobody closes the semaphore");
        if *stop.borrow() {
            outcomes.push((group, Err(ScanError::Stopped)));
            continue;
        }
        let (platform, store, policy, stop) = (
            Arc::clone(&platform),
            Arc::clone(&store),
            Arc::clone(&policy),
            stop.clone(),
        );
        tasks.spawn(
            async move {
                let scan = scan_group(&*platform, &*store, group, at, &policy, Some(&stop));
                let outcome = caught(AssertUnwindSafe(scan).catch_unwind().await);
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
    Ok(Report::sorted(outcomes))
}
