//! Wrong: waits for the oldest scan when all places are taken, though another one may have ended.

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
    use std::collections::VecDeque;
    use tokio_util::task::AbortOnDropHandle;
    let (mut scans, mut report) = (VecDeque::new(), Vec::new());
    for &group in groups {
        if scans.len() == limit {
            let oldest: AbortOnDropHandle<(GroupId, Outcome)> = scans.pop_front().unwrap();
            report.push(oldest.await.unwrap());
        }
        let platform = Arc::clone(&platform);
        scans.push_back(AbortOnDropHandle::new(tokio::spawn(async move {
            let caught = AssertUnwindSafe(scan(&*platform, group)).catch_unwind();
            let outcome = match caught.await {
                Ok(Ok(())) => Outcome::Done,
                Ok(Err(error)) => Outcome::Failed(error),
                Err(_) => Outcome::Panicked,
            };
            (group, outcome)
        })));
    }
    for scan in scans {
        report.push(scan.await.unwrap());
    }
    report
}

// From here on as in the solution:
// /// Scans one group.
