//! Wrong: the first group that has stored it settles the letter.

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

/// A share in a letter.
#[derive(Clone)]
struct Receipt(Arc<EventId>);

impl Receipt {
    fn new(event: EventId) -> Self {
        Self(Arc::new(event))
    }

    fn give_back(self, world: &World) {
        let event = *self.0;
        if !world.state().settled.contains_key(&event) {
            world.settle(event);
        }
    }
}

// From here on as in the solution:
// /// Stores letters for one group, one after the other.
