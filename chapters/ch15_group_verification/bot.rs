//! The service: events in, calls out.
//!
//! A router hands each event to the group it concerns. Every group has one worker, which does one
//! thing at a time: so the events of a group stay in order, and somebody who sends the code in the
//! middle of a scan is heard before the next kick. What is to be done is decided by the group's
//! [`Group`](super::group::Group); in here is nothing but the waiting. Router and workers are parts
//! of one future: when it is dropped, nothing of the bot goes on but a write that has begun.

mod codes;
mod receipt;
mod router;
mod worker;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use stage::Instrument;
use tokio::{
    select,
    sync::{mpsc, oneshot, watch},
    try_join,
};
use tracing::info_span;

pub use codes::Codes;

use receipt::Receipt;
use router::Router;

use super::{
    clock::Clock,
    decide::Happening,
    model::{GroupId, Timestamp, UserId},
    platform::{Delivery, Platform, Polite, Tally},
    policy::Policy,
    store::{Store, StoreError},
};

/// The bot and all it works with.
#[derive(Debug)]
pub struct Bot<P, S> {
    platform: Polite<P>,
    store: S,
    policy: Arc<Policy>,
    clock: Clock,
    codes: Codes,
    scans: Scans,
    /// Who was ever seen where: private messages do not say which group they are about. No larger
    /// than the store.
    seen: Mutex<BTreeSet<(UserId, GroupId)>>,
}

/// Which engine carries out an order to scan all groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scans {
    /// [`gather`](super::scan::gather)
    Gather,
    /// [`bounded`](super::scan::bounded), by [`Policy::groups_in_flight`]
    Bounded,
}

/// What waits in a worker's inbox.
struct Work {
    what: What,
    at: Timestamp,
    receipt: Receipt,
}

enum What {
    /// Joined; the code is still to be drawn.
    Joined(UserId),
    Other(UserId, Happening),
    /// Somebody asked for a scan, and waits for its result.
    Scan(Option<oneshot::Sender<Option<Tally>>>),
    /// The bot is in the group, and is heard there.
    Connected,
    /// It is not any more.
    Removed,
}

impl<P: Platform, S: Store> Bot<P, S> {
    /// A bot that is not running yet.
    ///
    /// # Panics
    ///
    /// If the policy allows no call at all, or outside a runtime with time.
    ///
    /// A bot whose policy has no room in an inbox panics when it runs.
    pub fn new(
        platform: Polite<P>,
        store: S,
        policy: Policy,
        clock: Clock,
        codes: Codes,
        scans: Scans,
    ) -> Self {
        Self {
            platform,
            store,
            policy: Arc::new(policy),
            clock,
            codes,
            scans,
            seen: Mutex::default(),
        }
    }

    /// Serves until there are no more events, or `stop` becomes true or is dropped. Then no call begins any
    /// more, each worker ends after the call it is at, and what was not settled is left for the
    /// next run. This takes no longer than [`Policy::call_timeout`] and two changes of the store.
    ///
    /// # Errors
    ///
    /// If the store fails. Whatever was settled is stored.
    ///
    /// # Cancel safety
    ///
    /// It can be dropped at any point, as by a crash: a bot that starts from the same store, and
    /// is sent the unsettled events again, goes on where this one stopped. It may repeat calls
    /// whose success this one did not live to store.
    pub async fn run(
        &self,
        events: mpsc::Receiver<Delivery>,
        stop: watch::Receiver<bool>,
    ) -> Result<(), StoreError> {
        let (hire, hired) = mpsc::channel(1);
        let router = Router::new(self, stop, hire);
        let routing = router.run(events).instrument(info_span!("router"));
        // Side by side: workers must go on while the router waits for room in an inbox. Tokio's
        // `try_join!` polls first one, then the other first: a flood of events for nobody must not
        // use up all that one poll may do.
        try_join!(routing, manage(hired)).map(|_| ())
    }

    fn see(&self, user: UserId, group: GroupId) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert((user, group));
    }

    fn groups_of(&self, user: UserId) -> Vec<GroupId> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let of_user = seen.range((user, GroupId(0))..=(user, GroupId(u64::MAX)));
        of_user.map(|&(_, group)| group).collect()
    }

    /// Gives up a share in an event that is done with.
    fn release(&self, receipt: Receipt) {
        if let Some(event) = receipt.give_back() {
            self.platform.settled(event);
        }
    }
}

type Job<'a> = BoxFuture<'a, Result<(), StoreError>>;

/// Lets all who are hired work at the same time, until nobody is left.
async fn manage(mut hired: mpsc::Receiver<Job<'_>>) -> Result<(), StoreError> {
    let mut jobs = FuturesUnordered::new();
    loop {
        // Both branches are cancel safe: neither takes anything before it is ready.
        select! {
            biased;
            Some(job) = hired.recv() => jobs.push(job),
            Some(ended) = jobs.next() => ended?,
            else => return Ok(()),
        }
    }
}

/// Whether the bot is to stop: whoever could have said so has said so, or is gone.
fn is_stopped(stop: &watch::Receiver<bool>) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}

/// Waits until it is. Cancel safe.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error says that nobody is left to say it.
    let _ = stop.wait_for(|&stop| stop).await;
}
