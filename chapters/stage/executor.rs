//! Playing on an executor that is not Tokio's.

use std::{fmt::Debug, sync::Arc, time::Duration};

/// An executor of one's own, on which a story can be played.
///
/// It should drop what is not over when it is dropped itself, so that this is recorded as cancelled.
pub trait Executor {
    /// The time by which its timers go.
    fn time(&self) -> Arc<dyn Time>;

    /// Runs a story to its end on this thread.
    fn block_on<F: Future>(&mut self, story: F) -> F::Output;
}

/// An executor's time.
pub trait Time: Debug + Send + Sync {
    /// Since it began.
    fn now(&self) -> Duration;

    /// Whether it stands still while somebody can run, and then jumps to the next timer.
    fn is_virtual(&self) -> bool;

    /// Moves a virtual time by so much and wakes nobody: somebody keeps the thread for so long.
    fn advance(&self, by: Duration);

    /// How often the executor has gone to rest or risen: odd while nobody can run.
    fn rests(&self) -> u64;
}
