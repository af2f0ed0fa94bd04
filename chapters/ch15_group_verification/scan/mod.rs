//! One scan of all groups, four ways. All make the same moves; they differ in who waits for what.

mod bounded;
mod gather;
mod pace;
mod polite;
mod sequential;
mod threads;

use std::any::Any;

use stage::block_for;
use tokio::{sync::watch, time::sleep};
use tracing::info;

pub use bounded::bounded;
pub use gather::gather;
pub use pace::Pace;
pub use polite::Polite;
pub use sequential::sequential;
pub use threads::threads;

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
    /// Somebody asked to stop.
    #[error("stopped")]
    Stopped,
}

/// What became of one group's scan.
pub type Outcome = Result<Tally, ScanError>;

/// What became of every group, in order of groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report(pub Vec<(GroupId, Outcome)>);

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

    fn sorted(mut outcomes: Vec<(GroupId, Outcome)>) -> Self {
        outcomes.sort_unstable_by_key(|(group, _)| *group);
        Self(outcomes)
    }
}

/// Scans one group, waiting as a task. Stops between two moves when `stop` becomes true.
///
/// Each change is stored before the next move. Dropped at any point, it leaves a store that says
/// nothing that did not happen.
async fn scan_group<P: Platform, S: Store>(
    platform: &P,
    store: &S,
    group: GroupId,
    at: Timestamp,
    policy: &Policy,
    stop: Option<&watch::Receiver<bool>>,
) -> Outcome {
    let mut roster = store.load(group).await?;
    let Some(mut round) = Round::plan(group, &roster, Scope::Ordered(at), at, policy) else {
        return Ok(Tally::default());
    };
    // Borrowed, since the future would store what is moved a second time.
    while let Some(next) = &round.next(&roster) {
        if stop.is_some_and(|stop| *stop.borrow()) {
            return Err(ScanError::Stopped);
        }
        match next {
            // Boxed, since few groups ever come here and a timer is large: it would make every
            // group's future larger by a third.
            Move::Pause(gap) => Box::pin(sleep(*gap)).await,
            Move::Call(call) => {
                let answer = platform.call(call).await;
                let changed = round.settle(&mut roster, answer, at)?;
                if !changed.is_empty() {
                    let members = changed.len();
                    store.save(group, changed).await?;
                    info!(members, "stored");
                }
            }
        }
    }
    Ok(round.tally())
}

/// The blocking twin of [`scan_group`]: the same moves, and a thread that waits.
fn scan_group_blocking(
    platform: &impl BlockingPlatform,
    store: &impl BlockingStore,
    group: GroupId,
    at: Timestamp,
    policy: &Policy,
) -> Outcome {
    let mut roster = store.load(group)?;
    let Some(mut round) = Round::plan(group, &roster, Scope::Ordered(at), at, policy) else {
        return Ok(Tally::default());
    };
    while let Some(next) = round.next(&roster) {
        match next {
            Move::Pause(gap) => block_for(gap),
            Move::Call(call) => {
                let answer = platform.call(&call);
                let changed = round.settle(&mut roster, answer, at)?;
                if !changed.is_empty() {
                    store.save(group, changed)?;
                }
            }
        }
    }
    Ok(round.tally())
}

/// An outcome even where the code panicked.
fn caught(result: std::thread::Result<Outcome>) -> Outcome {
    result.unwrap_or_else(|panic| Err(ScanError::Panicked(words(panic.as_ref()))))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "(without words)".into())
}
