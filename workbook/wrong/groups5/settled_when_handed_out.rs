//! Wrong: settles when the router has handed out all shares; nothing is stored by then.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use ch15_group_verification::{model::GroupId, platform::EventId};
use futures::{FutureExt, future::join_all};
use stage::Instrument;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};
use tracing::{info, info_span};

/// What the platform delivers: its name, and the groups it concerns.
type Letter = (EventId, &'static [GroupId]);

#[derive(Clone)]
struct Receipt(EventId, bool);

impl Receipt {
    fn new(event: EventId) -> Self {
        Self(event, false)
    }

    fn give_back(self, world: &World) {
        if !world.state().settled.contains_key(&self.0) {
            world.settle(self.0);
        }
    }
}

/// Stores letters for one group, one after the other.
async fn worker(group: GroupId, mut letters: mpsc::Receiver<(EventId, Receipt)>, world: &World) {
    while let Some((event, receipt)) = letters.recv().await {
        let _ = AssertUnwindSafe(world.store(group, event))
            .catch_unwind()
            .await;
        drop(receipt);
    }
}

// From here on as in the solution:
// /// Hands out letters, and groups store them, until there are no more.
