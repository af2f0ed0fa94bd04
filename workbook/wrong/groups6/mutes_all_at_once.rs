//! Wrong: a group makes as many calls at once as people have joined.

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
async fn bot(events: mpsc::Receiver<Joined>, world: &World) {
    let (hire, hired) = mpsc::channel(1);
    // Side by side: whatever the router waits for, the workers are polled.
    tokio::join!(route(events, hire, world), manage(hired));
}

async fn route<'a>(
    mut events: mpsc::Receiver<Joined>,
    hire: mpsc::Sender<BoxFuture<'a, ()>>,
    world: &'a World,
) {
    let mut inboxes = BTreeMap::new();
    while let Some(Joined(group, user)) = events.recv().await {
        let inbox = match inboxes.entry(group) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let (inbox, people) = mpsc::channel(ROOM);
                let worker = worker(group, people, world);
                let worker = worker.instrument(info_span!("group", %group));
                // The manager outlives the router.
                let _ = hire.send(worker.boxed()).await;
                new.insert(inbox)
            }
        };
        // A worker ends when its inbox is closed, not before.
        let _ = inbox.send(user).await;
    }
}

/// Polls all who are hired, until nobody is left and nobody can be hired any more.
async fn manage(mut hired: mpsc::Receiver<BoxFuture<'_, ()>>) {
    let mut workers = FuturesUnordered::new();
    loop {
        // Both are cancel safe: neither takes anything before it is ready.
        tokio::select! {
            biased;
            Some(worker) = hired.recv() => workers.push(worker),
            Some(()) = workers.next() => {}
            else => return,
        }
    }
}
async fn worker(group: GroupId, mut inbox: mpsc::Receiver<UserId>, world: &World) {
    let mut calls = FuturesUnordered::new();
    loop {
        tokio::select! {
            biased;
            Some(_) = calls.next() => {}
            Some(user) = inbox.recv() => {
                world.store(group, user).await;
                calls.push(async move { world.call(&Call::Mute(group, user)).await });
            }
            else => return,
        }
    }
}

// From here on as in the solution:
// /// What really happens.
