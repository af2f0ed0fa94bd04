//! Wrong: reports in the order in which scans end.

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
        let place = Arc::clone(&places).acquire_owned().await;
        let platform = Arc::clone(&platform);
        scans.spawn(async move {
            let _place = place;
            let caught = AssertUnwindSafe(scan(&*platform, group)).catch_unwind();
            let outcome = match caught.await {
                Ok(Ok(())) => Outcome::Done,
                Ok(Err(error)) => Outcome::Failed(error),
                Err(_) => Outcome::Panicked,
            };
            (group, outcome)
        });
    }
    scans.join_all().await
}

// From here on as in the solution:
// /// Scans one group.
