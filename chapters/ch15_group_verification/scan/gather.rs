use std::{
    mem,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
};

use futures::{FutureExt, StreamExt, stream};
use stage::Instrument;
use tokio::{runtime::Handle, task::JoinSet};
use tracing::info_span;

use super::{Report, Scanner, caught};
use crate::model::GroupId;

/// All groups at once.
///
/// Not a task for each: that is the dearest part of a group that hardly computes. Each worker
/// thread has one task at most, which deals with its share of the groups side by side.
///
/// A group that fails is part of the report.
///
/// # Cancel safety
///
/// Dropping the future ends all groups at their next wait.
#[expect(clippy::missing_panics_doc, reason = "what is expected cannot fail")]
pub async fn gather(groups: Vec<GroupId>, scanner: Arc<impl Scanner>) -> Report {
    let cores = Handle::current().metrics().num_workers();
    let outcomes = Arc::new(Mutex::new(Vec::with_capacity(groups.len())));
    let mut shares = JoinSet::new();
    for share in groups.chunks(groups.len().div_ceil(cores).max(1)) {
        let share = share.to_vec();
        let (scanner, outcomes) = (Arc::clone(&scanner), Arc::clone(&outcomes));
        shares.spawn(async move {
            let (scanner, outcomes) = (&*scanner, &*outcomes);
            let scan = |group| {
                let keep = move |outcome| {
                    let mut outcomes = outcomes.lock().expect("a push does not panic");
                    outcomes.push((group, caught(outcome)));
                };
                AssertUnwindSafe(async move { scanner.scan(group).await })
                    .catch_unwind()
                    .map(keep)
                    .instrument(info_span!("group", %group))
            };
            // Begins the first group's call before it takes the next group from the stream.
            stream::iter(share).for_each_concurrent(None, scan).await;
        });
    }
    shares.join_all().await;
    let outcomes = mem::take(&mut *outcomes.lock().expect("a push does not panic"));
    Report::sorted(outcomes)
}
