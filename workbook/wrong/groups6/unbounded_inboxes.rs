//! Wrong: inboxes without bounds: nothing slows down a flood.

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
                    let (inbox, people) = mpsc::unbounded_channel();
                    let worker = worker(group, people, world);
                    workers.push(worker.instrument(info_span!("group", %group)));
                    inbox
                });
                // A worker ends when its inbox is closed, not before.
                let _ = inbox.send(user);
            }
        }
    }
    drop(inboxes);
    while let Some(()) = workers.next().await {}
}
/// Stores and mutes those who have joined a group.
async fn worker(group: GroupId, mut inbox: mpsc::UnboundedReceiver<UserId>, world: &World) {
    while let Some(user) = inbox.recv().await {
        world.store(group, user).await;
        let _ = world.call(&Call::Mute(group, user)).await;
    }
}

// From here on as in the solution:
// /// What really happens.
