use std::{panic::AssertUnwindSafe, sync::Arc};

use futures::FutureExt;
use stage::Instrument;
use tokio::task::JoinSet;
use tracing::info_span;

use super::{Report, caught, scan_group};
use crate::{
    model::Timestamp,
    platform::Platform,
    policy::Policy,
    store::{Store, StoreError},
};

/// Every group its own task, all at once.
///
/// # Errors
///
/// If the store cannot name its groups. A group that fails is part of the report.
///
/// # Cancel safety
///
/// Dropping the future ends all tasks at their next wait.
#[expect(clippy::missing_panics_doc, reason = "what is expected cannot fail")]
pub async fn gather<P: Platform, S: Store>(
    platform: Arc<P>,
    store: Arc<S>,
    at: Timestamp,
    policy: Arc<Policy>,
) -> Result<Report, StoreError> {
    let groups = store.groups().await?;
    let mut outcomes = Vec::with_capacity(groups.len());
    let mut tasks = JoinSet::new();
    for group in groups {
        let (platform, store, policy) = (
            Arc::clone(&platform),
            Arc::clone(&store),
            Arc::clone(&policy),
        );
        tasks.spawn(
            async move {
                let scan =
                    AssertUnwindSafe(scan_group(&*platform, &*store, group, at, &policy, None))
                        .catch_unwind();
                (group, caught(scan.await))
            }
            .instrument(info_span!("group", %group)),
        );
    }
    while let Some(done) = tasks.join_next().await {
        outcomes.push(done.expect("panics are caught and nobody aborts"));
    }
    Ok(Report::sorted(outcomes))
}
