//! A task: a future on the heap that queues itself when it is woken.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::AcqRel, Ordering::Acquire, Ordering::Release},
    },
    task::{Context, Wake, Waker},
};

use crate::primitives::lock;
pub use crate::{
    join_handle::{JoinError, JoinHandle},
    join_set::JoinSet,
};

/// What a task runs: it has handed over its value when it is ready.
pub type Boxed = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where tasks go that should be polled.
pub trait Schedule: Send + Sync {
    /// Takes in a task that was woken and does not stand in the queue, from any thread.
    fn schedule(&self, task: Arc<Task>);
}

/// A spawned future, until it is over.
pub struct Task {
    id: u64,
    /// Empty when the task is over. The lock keeps two threads from polling it at the same time.
    future: Mutex<Option<Boxed>>,
    /// Whether it stands in the queue, so that a task woken twice is polled once.
    queued: AtomicBool,
    aborted: AtomicBool,
    scheduler: Arc<dyn Schedule>,
}

impl Task {
    /// A task that is not scheduled yet.
    fn new(id: u64, future: Boxed, scheduler: Arc<dyn Schedule>) -> Arc<Self> {
        Arc::new(Self {
            id,
            future: Mutex::new(Some(future)),
            queued: AtomicBool::new(false),
            aborted: AtomicBool::new(false),
            scheduler,
        })
    }

    /// Polls the future once. Whether the task is over.
    fn run(self: &Arc<Self>) -> bool {
        // Taken down before the poll: whoever wakes during the poll queues the task again.
        self.queued.swap(false, AcqRel);
        let waker = Waker::from(Arc::clone(self));
        let mut place = lock(&self.future);
        let over = match &mut *place {
            Some(future) if !self.aborted.load(Acquire) => future
                .as_mut()
                .poll(&mut Context::from_waker(&waker))
                .is_ready(),
            _ => true,
        };
        let future = if over { place.take() } else { None };
        // What the future held is dropped when nobody holds its lock any more.
        drop(place);
        drop(future);
        over
    }

    /// Asks for the task to be dropped instead of polled, when its turn comes.
    pub fn abort(self: &Arc<Self>) {
        self.aborted.store(true, Release);
        self.wake_by_ref();
    }

    /// Drops the future, here and now. Not to be called from within its own poll.
    fn cancel(&self) {
        let future = lock(&self.future).take();
        drop(future);
    }
}

/// The tasks of an executor that are not over, woken or not, and so the one place that owns them all.
#[derive(Default)]
pub struct Tasks(Mutex<Alive>);

#[derive(Default)]
struct Alive {
    next_id: u64,
    tasks: BTreeMap<u64, Arc<Task>>,
}

impl Tasks {
    /// Makes a task of a future and schedules it.
    pub fn start(&self, future: Boxed, scheduler: Arc<dyn Schedule>) -> Arc<Task> {
        let mut alive = lock(&self.0);
        alive.next_id += 1;
        let task = Task::new(alive.next_id, future, scheduler);
        alive.tasks.insert(task.id, Arc::clone(&task));
        drop(alive);
        task.wake_by_ref();
        task
    }

    /// Runs a task that was woken, and forgets it if that was the end of it.
    pub fn run(&self, task: &Arc<Task>) {
        if task.run() {
            lock(&self.0).tasks.remove(&task.id);
        }
    }

    /// Drops what is not over, the oldest first; also what their destructors spawn.
    pub fn cancel_all(&self) {
        while let Some((_, task)) = { lock(&self.0).tasks.pop_first() } {
            task.cancel();
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.queued.swap(true, AcqRel) {
            self.scheduler.schedule(Arc::clone(self));
        }
    }
}
