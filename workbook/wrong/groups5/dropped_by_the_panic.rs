//! Wrong: the panic drops the share, and the one behind it settles.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
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
        if let Some(event) = Arc::into_inner(self.0) {
            world.settle(event);
        }
    }
}

async fn worker(group: GroupId, mut letters: mpsc::Receiver<(EventId, Receipt)>, world: &World) {
    while let Some((event, receipt)) = letters.recv().await {
        let work = async {
            world.store(group, event).await?;
            receipt.give_back(world);
            Ok::<(), DiskFull>(())
        };
        let _ = AssertUnwindSafe(work).catch_unwind().await;
    }
}

// From here on as in the solution:
// /// Hands out letters, and groups store them, until there are no more.
