//! The executor that runs on this thread, so that `spawn` and `sleep` need not be told.

use std::{cell::RefCell, sync::Arc};

use crate::{
    join_handle::{JoinHandle, Work},
    task::{Boxed, Task},
    time::Time,
};

thread_local! {
    static CURRENT: RefCell<Option<Arc<dyn Handle>>> = const { RefCell::new(None) };
}

/// What every executor of this chapter can be asked for, from inside.
pub trait Handle: Send + Sync {
    /// Makes a task of a future and schedules it.
    fn start(self: Arc<Self>, future: Boxed) -> Arc<Task>;

    /// Its clock and timers, if it has any.
    fn time(&self) -> Option<Arc<Time>> {
        None
    }
}

/// Runs a future as a task of the executor that runs on this thread.
///
/// # Panics
///
/// If there is none.
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let executor = current();
    Work::new(future).start(|work| executor.start(Box::pin(work)))
}

/// The executor that runs on this thread.
///
/// # Panics
///
/// If there is none.
pub fn current() -> Arc<dyn Handle> {
    let current = CURRENT.with_borrow(Clone::clone);
    current.expect("an executor of this chapter runs on this thread")
}

/// Makes an executor the current one of this thread, until the returned guard is dropped.
pub fn enter(executor: Arc<dyn Handle>) -> Entered {
    Entered(CURRENT.replace(Some(executor)))
}

/// Puts back what was current before.
#[must_use]
pub struct Entered(Option<Arc<dyn Handle>>);

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}
