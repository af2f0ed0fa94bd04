//! Wrong: a task of its own hears the inbox, but a moment after the worker has decided.

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
    let shared = Arc::new(Mutex::new(overdue));
    let listener = tokio::spawn({
        let shared = Arc::clone(&shared);
        async move {
            while let Some(user) = inbox.recv().await {
                shared.lock().unwrap().remove(&user);
            }
        }
    });
    loop {
        sleep(KICK_GAP).await;
        let user = shared.lock().unwrap().pop_first();
        let Some(user) = user else { break };
        let _ = platform.call(&Call::Kick(GROUP, user)).await;
    }
    listener.abort();
}

// From here on as in the solution:
// /// Needs two seconds for each kick.
