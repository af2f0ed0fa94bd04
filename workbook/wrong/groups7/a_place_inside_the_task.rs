//! Wrong: the place is taken inside the task, so there are as many tasks as groups.

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
    let places = Arc::new(Semaphore::new(limit));
    let mut scans = JoinSet::new();
    for &group in groups {
        let platform = Arc::clone(&platform);
        let places = Arc::clone(&places);
        scans.spawn(async move {
            let _place = places.acquire().await;
            let caught = AssertUnwindSafe(scan(&*platform, group)).catch_unwind();
            let outcome = match caught.await {
                Ok(Ok(())) => Outcome::Done,
                Ok(Err(error)) => Outcome::Failed(error),
                Err(_) => Outcome::Panicked,
            };
            (group, outcome)
        });
    }
    let mut report = scans.join_all().await;
    report.sort_by_key(|(group, _)| *group);
    report
}

// From here on as in the solution:
// /// Scans one group.
