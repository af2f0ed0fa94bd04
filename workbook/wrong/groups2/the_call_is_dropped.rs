//! Wrong: a code during a kick drops the call, and makes it again: nobody knows what happened to the first.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use ch15_group_verification::{
    model::{GroupId, UserId},
    platform::{Answer, Call, Platform, Reply},
};
use futures::future::join_all;
use stage::Instrument;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until},
};
use tracing::{info, info_span};

const GROUP: GroupId = GroupId(1);
const KICK_GAP: Duration = Duration::from_secs(10);
/// How many codes may wait in front of a worker.
const ROOM: usize = 1;

/// Kicks who is overdue, unless the code comes.
async fn worker(
    mut overdue: BTreeSet<UserId>,
    mut inbox: mpsc::Receiver<UserId>,
    platform: &impl Platform,
) {
    while !overdue.is_empty() {
        hear_during(sleep(KICK_GAP), &mut inbox, &mut overdue).await;
        let Some(user) = overdue.pop_first() else {
            return;
        };
        let call = Call::Kick(GROUP, user);
        loop {
            tokio::select! {
                biased;
                Some(user) = inbox.recv() => {
                    overdue.remove(&user);
                }
                _ = platform.call(&call) => break,
            }
        }
    }
}

async fn hear_during<T>(
    waiting: impl Future<Output = T>,
    inbox: &mut mpsc::Receiver<UserId>,
    overdue: &mut BTreeSet<UserId>,
) -> T {
    let mut waiting = std::pin::pin!(waiting);
    loop {
        tokio::select! {
            biased;
            Some(user) = inbox.recv() => {
                overdue.remove(&user);
            }
            value = &mut waiting => return value,
        }
    }
}

// From here on as in the solution:
// /// Needs two seconds for each kick.
