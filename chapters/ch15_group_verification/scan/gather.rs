use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
};

use futures::{FutureExt, StreamExt, stream};
use stage::Instrument;
use tokio::{runtime::Handle, task::JoinSet};
use tracing::info_span;

use super::{Report, caught, scan_group};
use crate::{
    model::Timestamp,
    platform::Platform,
    policy::Policy,
    store::{Store, StoreError},
};

/// All groups at once.
///
/// Not a task for each: that is the dearest part of a group that hardly computes. Each core has
/// one task, which deals with an equal share of the groups side by side.
///
/// # Errors
///
/// If the store cannot name its groups. A group that fails is part of the report.
///
/// # Cancel safety
///
/// Dropping the future ends all groups at their next wait.
#[expect(clippy::missing_panics_doc, reason = "what is expected cannot fail")]
pub async fn gather<P: Platform, S: Store>(
    platform: Arc<P>,
    store: Arc<S>,
    at: Timestamp,
    policy: Arc<Policy>,
) -> Result<Report, StoreError> {
    let groups = store.groups().await?;
    let cores = Handle::current().metrics().num_workers();
    let mut shares = JoinSet::new();
    for share in groups.chunks(groups.len().div_ceil(cores).max(1)) {
        let share = share.to_vec();
        let (platform, store, policy) = (
            Arc::clone(&platform),
            Arc::clone(&store),
            Arc::clone(&policy),
        );
        shares.spawn(async move {
            let outcomes = Mutex::new(Vec::with_capacity(share.len()));
            let (platform, store, policy, kept) = (&*platform, &*store, &*policy, &outcomes);
            let scan = |group| {
                let scan = scan_group(platform, store, group, at, policy, None);
                let keep = move |outcome| {
                    let mut kept = kept.lock().expect("a push does not panic");
                    kept.push((group, caught(outcome)));
                };
                AssertUnwindSafe(scan)
                    .catch_unwind()
                    .map(keep)
                    .instrument(info_span!("group", %group))
            };
            // Begins the first group's call before it takes the next group from the stream.
            stream::iter(share).for_each_concurrent(None, scan).await;
            outcomes.into_inner().expect("a push does not panic")
        });
    }
    Ok(Report::sorted(shares.join_all().await.concat()))
}
