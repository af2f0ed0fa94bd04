//! Right: two loops of their own, with a deadline instead of a sleep that is kept.

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
    let mut next = Instant::now() + KICK_GAP;
    loop {
        while Instant::now() < next {
            tokio::select! {
                biased;
                Some(user) = inbox.recv() => {
                    overdue.remove(&user);
                }
                () = sleep_until(next) => {}
            }
        }
        while let Ok(user) = inbox.try_recv() {
            overdue.remove(&user);
        }
        let Some(user) = overdue.pop_first() else {
            return;
        };
        let call = Call::Kick(GROUP, user);
        let mut call = Box::pin(platform.call(&call));
        let answer = loop {
            tokio::select! {
                answer = &mut call => break answer,
                Some(user) = inbox.recv() => {
                    overdue.remove(&user);
                }
            }
        };
        answer.unwrap();
        next = Instant::now() + KICK_GAP;
    }
}

// From here on as in the solution:
// /// Needs two seconds for each kick.
