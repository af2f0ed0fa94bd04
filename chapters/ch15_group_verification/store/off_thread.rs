use std::{
    any::Any,
    mem,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    select,
    sync::{Semaphore, oneshot},
    task::spawn_blocking,
};

use super::{BlockingStore, Problem, Store, StoreError};
use crate::{
    model::{GroupId, Member, Timestamp},
    roster::Roster,
};

/// Makes a blocking store fit for async code: each call runs on a thread of the blocking pool.
///
/// One call at a time: a store on one disk gains nothing from more, and whoever waits for a turn
/// waits as a task, not as a thread.
///
/// What a disk is slow at is not writing, but saying that all is written. So saves that wait
/// for a turn are written together by whoever gets it first (*group commit*): the more callers
/// there are, the more of them share one transaction.
#[derive(Debug)]
pub struct OffThread<S> {
    inner: Arc<S>,
    turn: Arc<Semaphore>,
    /// Saves that have not begun, in the order in which they came.
    waiting: Arc<Mutex<Vec<Waiting>>>,
}

/// A save, and where its caller waits. The caller has gone away if the answer is closed.
#[derive(Debug)]
struct Waiting {
    save: (GroupId, Vec<Member>),
    answer: oneshot::Sender<Answer>,
}

/// How a save ended, or its panic.
type Answer = Result<Result<(), StoreError>, Box<dyn Any + Send>>;

impl<S: BlockingStore> OffThread<S> {
    /// Wraps a blocking store.
    #[must_use]
    pub fn new(inner: Arc<S>) -> Self {
        Self {
            inner,
            turn: Arc::new(Semaphore::new(1)),
            waiting: Arc::default(),
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
                Ok(panic) => resume_unwind(panic),
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

    /// # Cancel safety
    ///
    /// A save that has not begun when the future is dropped never happens. One that has begun
    /// runs to its end, and every later call finds it done.
    async fn save(&self, group: GroupId, members: Vec<Member>) -> Result<(), StoreError> {
        let (answer, mut answered) = oneshot::channel();
        let save = (group, members);
        lock(&self.waiting).push(Waiting { save, answer });
        let waiting = Arc::clone(&self.waiting);
        // To leave the queue for a turn harms nobody, and a write that has begun goes on.
        let answer = select! {
            biased;
            answer = &mut answered => answer,
            () = self.run(move |store| write(store, &waiting)) => answered.await,
        };
        match answer {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => unreachable!("whoever takes a save answers it"),
        }
    }

    async fn meet(&self, group: GroupId, since: Timestamp) -> Result<(), StoreError> {
        self.run(move |store| store.meet(group, since)).await
    }
}

/// Writes what is waiting, save for callers who do not wait any more. If that fails, each save is
/// tried alone, so that nobody suffers from another's.
fn write(store: &impl BlockingStore, waiting: &Mutex<Vec<Waiting>>) {
    // A statement of its own, at whose end the lock is given back: others join the queue meanwhile.
    let mut waiting = mem::take(&mut *lock(waiting));
    waiting.retain(|one| !one.answer.is_closed());
    let (saves, answers): (Vec<_>, Vec<_>) = waiting
        .into_iter()
        .map(|one| (one.save, one.answer))
        .unzip();
    let together = match saves.len() {
        0 => return,
        1 => None,
        _ => Some(caught(|| store.save_all(&saves))),
    };
    for ((group, members), answer) in saves.into_iter().zip(answers) {
        let result = match &together {
            Some(Ok(Ok(()))) => Ok(Ok(())),
            // Nobody's own fault, and waited for long enough.
            Some(Ok(Err(error))) if matches!(error.problem, Problem::Locked { .. }) => {
                Ok(Err(error.clone()))
            }
            _ => caught(|| store.save(group, members)),
        };
        // A caller who went away meanwhile does not want to know.
        let _ = answer.send(result);
    }
}

/// A panic is its caller's as well. The store is as fit for use as it is after an error.
fn caught(save: impl FnOnce() -> Result<(), StoreError>) -> Answer {
    catch_unwind(AssertUnwindSafe(save))
}

fn lock(waiting: &Mutex<Vec<Waiting>>) -> MutexGuard<'_, Vec<Waiting>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}
