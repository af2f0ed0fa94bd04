//! Wrong: giving back ends in a drop, too, so every share counts as lost and nothing is ever settled.

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
struct Receipt(Arc<Open>);

struct Open {
    event: EventId,
    lost: AtomicBool,
}

impl Receipt {
    fn new(event: EventId) -> Self {
        let lost = AtomicBool::new(false);
        Self(Arc::new(Open { event, lost }))
    }

    fn give_back(self, world: &World) {
        let open = Arc::clone(&self.0);
        drop(self);
        if Arc::strong_count(&open) == 1 && !open.lost.load(Ordering::Relaxed) {
            world.settle(open.event);
        }
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        self.0.lost.store(true, Ordering::Relaxed);
    }
}

// From here on as in the solution:
// /// Stores letters for one group, one after the other.
