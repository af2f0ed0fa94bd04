//! Step 5: a queue for each worker. Who finds its own empty takes from another's.

use std::{
    cell::Cell,
    collections::VecDeque,
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
};

use tracing::dispatcher;

use crate::{
    current::{Handle, enter},
    executor_1,
    primitives::lock,
    sleepers::Sleepers,
    task::{Boxed, Schedule, Task, Tasks},
};

/// Every so many tasks, a worker looks first at those who were woken outside.
const OUTSIDE_FIRST: usize = 31;

thread_local! {
    /// The pool whose worker this thread is, and its number there.
    static WORKER: Cell<Option<(*const Shared, usize)>> = const { Cell::new(None) };
}

/// Runs tasks on worker threads, as [`Workers`](crate::workers_1::Workers) does, and ends in the same way.
pub struct Workers {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    /// One for each worker, and the last for tasks that are woken by somebody else.
    queues: Vec<Mutex<VecDeque<Arc<Task>>>>,
    sleepers: Sleepers,
    tasks: Tasks,
}

impl Workers {
    /// Starts so many worker threads.
    ///
    /// # Panics
    ///
    /// If the system does not start them.
    pub fn new(workers: usize) -> Self {
        let shared = Arc::new(Shared {
            queues: (0..=workers).map(|_| Mutex::default()).collect(),
            sleepers: Sleepers::default(),
            tasks: Tasks::default(),
        });
        let start = |me| {
            let shared = Arc::clone(&shared);
            let ears = dispatcher::get_default(Clone::clone);
            thread::spawn(move || dispatcher::with_default(&ears, || shared.work(me)))
        };
        let threads = (0..workers).map(start).collect();
        Self { shared, threads }
    }

    /// Runs a future on this thread, which is no worker; what it spawns runs on the workers.
    ///
    /// # Panics
    ///
    /// If the future does.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let _entered = enter(Arc::clone(&self.shared) as Arc<dyn Handle>);
        executor_1::block_on(future)
    }
}

impl Shared {
    fn work(self: Arc<Self>, me: usize) {
        let _entered = enter(Arc::clone(&self) as Arc<dyn Handle>);
        WORKER.set(Some((Arc::as_ptr(&self), me)));
        let mut turn: usize = 0;
        while let Some(task) = self.sleepers.wait_for(|| self.find(me, turn)) {
            self.tasks.run(&task);
            turn = turn.wrapping_add(1);
        }
    }

    /// Its own queue first, then that of the outside, then those of its colleagues.
    fn find(&self, me: usize, turn: usize) -> Option<Arc<Task>> {
        let outside = self.queues.len() - 1;
        let mut own = [me, outside];
        if turn % OUTSIDE_FIRST == OUTSIDE_FIRST - 1 {
            own.reverse();
        }
        let colleagues = (1..outside).map(|far| (me + far) % outside);
        let mut in_turn = own.into_iter().chain(colleagues);
        in_turn.find_map(|of| lock(&self.queues[of]).pop_front())
    }
}

impl Schedule for Shared {
    fn schedule(&self, task: Arc<Task>) {
        let mine = WORKER.get().filter(|(pool, _)| std::ptr::eq(*pool, self));
        let to = mine.map_or(self.queues.len() - 1, |(_, me)| me);
        lock(&self.queues[to]).push_back(task);
        self.sleepers.wake_one();
    }
}

impl Handle for Shared {
    fn start(self: Arc<Self>, future: Boxed) -> Arc<Task> {
        let scheduler = Arc::clone(&self) as Arc<dyn Schedule>;
        self.tasks.start(future, scheduler)
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.shared.sleepers.close();
        for thread in self.threads.drain(..) {
            // Of a worker that has panicked there is nothing left to do.
            let _ = thread.join();
        }
        let _entered = enter(Arc::clone(&self.shared) as Arc<dyn Handle>);
        self.shared.tasks.cancel_all();
        self.shared
            .queues
            .iter()
            .for_each(|queue| lock(queue).clear());
    }
}
