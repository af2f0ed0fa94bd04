//! One scan of all groups, four ways. All make the same moves; they differ in who waits for what.

mod bounded;
mod gather;
mod sequential;
mod threads;

use std::{any::Any, sync::Arc};

use stage::block_for;
use tokio::{sync::watch, time::sleep};
use tracing::info;

pub use bounded::bounded;
pub use gather::gather;
pub use sequential::sequential;
pub use threads::{ThreadsError, threads};

use super::{
    model::{GroupId, Timestamp},
    platform::{BlockingPlatform, CallError, Platform, Tally},
    policy::Policy,
    round::{Move, Round, Scope},
    store::{BlockingStore, Store, StoreError},
};

/// Why a group was not scanned to the end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// A call failed in a way that ends the round.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The code itself failed.
    #[error("panicked: {0}")]
    Panicked(String),
    /// It takes longer, because of what the platform answers.
    #[error("held up by the platform")]
    HeldUp,
    /// Somebody asked to stop.
    #[error("stopped")]
    Stopped,
}

/// What became of one group's scan.
pub type Scanned = Result<Tally, ScanError>;

/// What became of every group, in order of groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report(pub Vec<(GroupId, Scanned)>);

impl Report {
    /// All groups together.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.0.iter().fold(Tally::default(), |sum, (_, outcome)| {
            let one = outcome.as_ref().copied().unwrap_or_default();
            Tally {
                groups: sum.groups + u32::from(outcome.is_ok()),
                failed: sum.failed + u32::from(outcome.is_err()),
                warned: sum.warned + one.warned,
                kicked: sum.kicked + one.kicked,
            }
        })
    }

    fn sorted(mut outcomes: Vec<(GroupId, Scanned)>) -> Self {
        outcomes.sort_unstable_by_key(|(group, _)| *group);
        Self(outcomes)
    }
}

/// Scans one group when it is asked to.
pub trait Scanner: Send + Sync + 'static {
    /// Scans this group.
    ///
    /// # Cancel safety
    ///
    /// Dropped at any point, it leaves a store that says nothing that did not happen.
    fn scan(&self, group: GroupId) -> impl Future<Output = Scanned> + Send;
}

/// Scans a group of this store on this platform, as if somebody had asked for it `at` a moment.
#[derive(Debug)]
pub struct Scan<P, S> {
    /// Where the calls go.
    pub platform: P,
    /// Where the members are.
    pub store: Arc<S>,
    /// The moment of the order.
    pub at: Timestamp,
    /// Its numbers.
    pub policy: Policy,
    /// Stops between two moves when this becomes true.
    pub stop: Option<watch::Receiver<bool>>,
}

impl<P: Platform, S: Store> Scanner for Scan<P, S> {
    /// Each change is stored before the next move.
    #[expect(
        clippy::manual_async_fn,
        reason = "an async function stores its arguments twice, for each group that waits"
    )]
    fn scan(&self, group: GroupId) -> impl Future<Output = Scanned> + Send {
        async move {
            let mut roster = self.store.load(group).await?;
            let shared = roster.is_shared();
            let order = Scope::Ordered(self.at);
            let Some(mut round) = Round::plan(group, &roster, order, self.at, &self.policy) else {
                return Ok(Tally::default());
            };
            loop {
                // Borrowed, and gone before the change is stored: what lives across a wait is
                // part of every group's future, and what is moved is stored there a second time.
                let changed = match &round.next(&roster, &self.policy) {
                    None => break,
                    Some(_) if self.is_stopped() => return Err(ScanError::Stopped),
                    Some(Move::Pause(gap)) => {
                        // Boxed, since few groups ever come here and a timer is large.
                        Box::pin(sleep(*gap)).await;
                        continue;
                    }
                    Some(Move::Call(call)) => {
                        let answer = self.platform.call(call).await;
                        round.settle(&roster, &answer, self.at, self.at, &self.policy)?
                    }
                };
                if !changed.is_empty() {
                    let members = changed.len();
                    self.store.save(group, changed).await?;
                    info!(members, "stored");
                    if shared {
                        // The store and this scan have a copy each now; one is enough.
                        roster = self.store.load(group).await?;
                    }
                }
            }
            Ok(round.tally())
        }
    }
}

impl<P, S> Scan<P, S> {
    fn is_stopped(&self) -> bool {
        self.stop.as_ref().is_some_and(|stop| *stop.borrow())
    }
}

/// The blocking twin of [`Scan`]: the same moves, and a thread that waits.
fn scan_group_blocking(
    platform: &impl BlockingPlatform,
    store: &impl BlockingStore,
    group: GroupId,
    at: Timestamp,
    policy: &Policy,
) -> Scanned {
    let mut roster = store.load(group)?;
    let Some(mut round) = Round::plan(group, &roster, Scope::Ordered(at), at, policy) else {
        return Ok(Tally::default());
    };
    while let Some(next) = round.next(&roster, policy) {
        match next {
            Move::Pause(gap) => block_for(gap),
            Move::Call(call) => {
                let answer = platform.call(&call);
                let changed = round.settle(&roster, &answer, at, at, policy)?;
                for member in &changed {
                    roster.put(member.clone());
                }
                if !changed.is_empty() {
                    store.save(group, changed)?;
                }
            }
        }
    }
    Ok(round.tally())
}

/// An outcome even where the code panicked.
fn caught(result: std::thread::Result<Scanned>) -> Scanned {
    result.unwrap_or_else(|panic| Err(ScanError::Panicked(words(panic.as_ref()))))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "(without words)".into())
}
