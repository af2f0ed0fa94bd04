//! Right: the worker says that a share is lost; its receipt is outside of what may panic.

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
struct Receipt(Arc<(EventId, Mutex<bool>)>);

impl Receipt {
    fn new(event: EventId) -> Self {
        Self(Arc::new((event, Mutex::new(false))))
    }

    fn give_back(self, world: &World) {
        if let Some((event, lost)) = Arc::into_inner(self.0)
            && !lost.into_inner().unwrap()
        {
            world.settle(event);
        }
    }

    fn lose(self) {
        *self.0.1.lock().unwrap() = true;
    }
}

/// Stores letters for one group, one after the other.
async fn worker(group: GroupId, mut letters: mpsc::Receiver<(EventId, Receipt)>, world: &World) {
    while let Some((event, receipt)) = letters.recv().await {
        match AssertUnwindSafe(world.store(group, event))
            .catch_unwind()
            .await
        {
            Ok(Ok(())) => receipt.give_back(world),
            Ok(Err(_)) | Err(_) => receipt.lose(),
        }
    }
}

// From here on as in the solution:
// /// Hands out letters, and groups store them, until there are no more.
