//! Right: giving back is part of what may panic; a panic on the way drops the share.

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

/// A share in a letter. When all shares are given back, and none was lost, it is settled.
#[derive(Clone)]
struct Receipt(Option<Arc<Open>>);

struct Open {
    event: EventId,
    lost: AtomicBool,
}

impl Receipt {
    fn new(event: EventId) -> Self {
        let lost = AtomicBool::new(false);
        Self(Some(Arc::new(Open { event, lost })))
    }

    /// What this share stood for is stored.
    fn give_back(mut self, world: &World) {
        let last = self.0.take().and_then(Arc::into_inner);
        if let Some(open) = last
            && !open.lost.into_inner()
        {
            world.settle(open.event);
        }
    }
}

/// However a share gets lost, this is what happens to it; one that is given back is empty by then.
impl Drop for Receipt {
    fn drop(&mut self) {
        if let Some(open) = &self.0 {
            // `Relaxed` will do: who takes the last share out of the `Arc` sees what came before.
            open.lost.store(true, Ordering::Relaxed);
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
