//! Wrong: batches of `limit`; the next one waits for the slowest of the last.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
    time::Duration,
};

use ch15_group_verification::{
    model::{GroupId, MessageId, UserId},
    platform::{Answer, Call, CallError, Message, Platform, Reply},
};
use futures::FutureExt;
use stage::Instrument;
use tokio::{runtime::Handle, sync::Semaphore, task::JoinSet, time::sleep};
use tracing::{info, info_span};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Done,
    Failed(CallError),
    Panicked,
}

/// Scans all of these groups, up to `limit` at the same time.
async fn engine<P: Platform>(
    platform: Arc<P>,
    groups: &[GroupId],
    limit: usize,
) -> Vec<(GroupId, Outcome)> {
    let mut report = Vec::new();
    for batch in groups.chunks(limit) {
        let mut scans = JoinSet::new();
        for &group in batch {
            let platform = Arc::clone(&platform);
            scans.spawn(async move {
                let caught = AssertUnwindSafe(scan(&*platform, group)).catch_unwind();
                let outcome = match caught.await {
                    Ok(Ok(())) => Outcome::Done,
                    Ok(Err(error)) => Outcome::Failed(error),
                    Err(_) => Outcome::Panicked,
                };
                (group, outcome)
            });
        }
        report.extend(scans.join_all().await);
    }
    report.sort_by_key(|(group, _)| *group);
    report
}

// From here on as in the solution:
// /// Scans one group.
