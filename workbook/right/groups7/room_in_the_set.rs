//! Right: waits for any scan to end before it spawns the next; the id of a task tells who panicked.

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
    let mut scans = JoinSet::new();
    let mut names = std::collections::BTreeMap::new();
    let mut outcomes = std::collections::BTreeMap::new();
    let mut groups = groups.iter();
    loop {
        while scans.len() < limit
            && let Some(&group) = groups.next()
        {
            let platform = Arc::clone(&platform);
            let scan = scans.spawn(async move { scan(&*platform, group).await });
            names.insert(scan.id(), group);
        }
        let Some(ended) = scans.join_next_with_id().await else {
            return outcomes.into_iter().collect();
        };
        let (id, outcome) = match ended {
            Ok((id, Ok(()))) => (id, Outcome::Done),
            Ok((id, Err(error))) => (id, Outcome::Failed(error)),
            Err(panic) => (panic.id(), Outcome::Panicked),
        };
        outcomes.insert(names[&id], outcome);
    }
}

// From here on as in the solution:
// /// Scans one group.
