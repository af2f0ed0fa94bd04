use std::sync::Arc;

use tokio::{sync::Semaphore, task::spawn_blocking};

use super::{BlockingStore, Store, StoreError};
use crate::model::{GroupId, Member, Roster};

/// Makes a blocking store fit for async code: each call runs on a thread of the blocking pool.
///
/// One call at a time: a store on one disk gains nothing from more, and whoever waits for a turn
/// waits as a task, not as a thread.
#[derive(Debug)]
pub struct OffThread<S> {
    inner: Arc<S>,
    turn: Arc<Semaphore>,
}

impl<S: BlockingStore> OffThread<S> {
    /// Wraps a blocking store.
    #[must_use]
    pub fn new(inner: Arc<S>) -> Self {
        Self {
            inner,
            turn: Arc::new(Semaphore::new(1)),
        }
    }

    /// A call that has begun runs to its end even if the future is dropped, and keeps its turn
    /// until then: what comes after it finds it done.
    async fn run<T: Send + 'static>(&self, call: impl FnOnce(&S) -> T + Send + 'static) -> T {
        let inner = Arc::clone(&self.inner);
        let turn = Arc::clone(&self.turn).acquire_owned().await;
        let done = spawn_blocking(move || {
            let value = call(&inner);
            drop(turn);
            value
        });
        match done.await {
            Ok(value) => value,
            // Not aborted by anybody; so either it panicked, or the runtime is going down and
            // this future will not be polled again.
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => std::future::pending().await,
            },
        }
    }
}

impl<S: BlockingStore> Store for OffThread<S> {
    async fn groups(&self) -> Result<Vec<GroupId>, StoreError> {
        self.run(S::groups).await
    }

    async fn load(&self, group: GroupId) -> Result<Roster, StoreError> {
        self.run(move |store| store.load(group)).await
    }

    async fn save(&self, group: GroupId, members: Vec<Member>) -> Result<(), StoreError> {
        self.run(move |store| store.save(group, members)).await
    }
}
