//! Wrong: one event after the other; all groups wait for each call.

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

async fn bot(mut events: mpsc::Receiver<Joined>, world: &World) {
    while let Some(Joined(group, user)) = events.recv().await {
        world.store(group, user).await;
        let _ = world.call(&Call::Mute(group, user)).await;
    }
}

// From here on as in the solution:
// /// What really happens.
