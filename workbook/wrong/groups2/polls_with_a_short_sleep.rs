//! Wrong: looks ten times a second instead of waiting for the inbox.

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
        let until = Instant::now() + KICK_GAP;
        while Instant::now() < until {
            while let Ok(user) = inbox.try_recv() {
                overdue.remove(&user);
            }
            sleep(Duration::from_millis(1)).await;
        }
        while let Ok(user) = inbox.try_recv() {
            overdue.remove(&user);
        }
        let Some(user) = overdue.pop_first() else {
            return;
        };
        let call = Call::Kick(GROUP, user);
        let mut call = std::pin::pin!(platform.call(&call));
        loop {
            tokio::select! {
                biased;
                _ = &mut call => break,
                () = sleep(Duration::from_millis(1)) => {
                    while let Ok(user) = inbox.try_recv() {
                        overdue.remove(&user);
                    }
                }
            }
        }
    }
}

// From here on as in the solution:
// /// Needs two seconds for each kick.
