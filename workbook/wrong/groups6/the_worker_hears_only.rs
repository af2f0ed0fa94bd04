//! Wrong: the worker hears, but nobody polls it while the router waits for room.

use std::{
    collections::{BTreeMap, VecDeque, btree_map::Entry},
    pin::pin,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use ch15_group_verification::{
    model::{GroupId, UserId},
    platform::{Answer, Call, Platform, Reply},
};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use stage::Instrument;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until, timeout},
};
use tracing::{info, info_span};

/// How many may wait in an inbox.
const ROOM: usize = 2;

/// Somebody has joined a group.
struct Joined(GroupId, UserId);

/// Hands out events to workers, until there are no more and all work is done.
async fn bot(mut events: mpsc::Receiver<Joined>, world: &World) {
    let mut inboxes = BTreeMap::new();
    let mut workers = FuturesUnordered::new();
    loop {
        tokio::select! {
            biased;
            Some(()) = workers.next() => {}
            event = events.recv() => {
                let Some(Joined(group, user)) = event else { break };
                let inbox = inboxes.entry(group).or_insert_with(|| {
                    let (inbox, people) = mpsc::channel(ROOM);
                    let worker = worker(group, people, world);
                    workers.push(worker.instrument(info_span!("group", %group)));
                    inbox
                });
                // A worker ends when its inbox is closed, not before.
                let _ = inbox.send(user).await;
            }
        }
    }
    drop(inboxes);
    while let Some(()) = workers.next().await {}
}
/// Stores those who have joined a group, also while one of them is being muted.
async fn worker(group: GroupId, mut inbox: mpsc::Receiver<UserId>, world: &World) {
    // Not a queue without bounds: no longer than the group, and on the disk as well.
    let mut to_mute = VecDeque::new();
    while let Some(user) = next(&mut to_mute, &mut inbox, group, world).await {
        let call = Call::Mute(group, user);
        let mut call = pin!(world.call(&call));
        loop {
            // Both are cancel safe: one is only borrowed, and who is not received stays in the inbox.
            tokio::select! {
                biased;
                _ = &mut call => break,
                Some(user) = inbox.recv() => {
                    world.store(group, user).await;
                    to_mute.push_back(user);
                }
            }
        }
    }
}

// From here on as in the solution:
// /// Who is to be muted next; waits for somebody to join if need be.
