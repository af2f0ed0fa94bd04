//! Step 4: several threads, and one queue for all. Who finds it empty sleeps until a task is woken.

use std::{
    sync::Arc,
    thread::{self, JoinHandle},
};

use tracing::dispatcher;

use crate::{
    current::{Handle, enter},
    executor_1,
    shared_queue::SharedQueue,
    task::{Boxed, Schedule, Task, Tasks},
};

/// Runs tasks on worker threads.
///
/// When it is dropped, each worker ends after the poll in which it is, and tasks that are not over are dropped. As
/// it waits for the workers, none of its own tasks may drop it.
pub struct Workers {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    /// Who was woken.
    queue: SharedQueue<Arc<Task>>,
    tasks: Tasks,
}

impl Workers {
    /// Starts so many worker threads.
    ///
    /// # Panics
    ///
    /// If the system does not start them.
    pub fn new(workers: usize) -> Self {
        let shared = Arc::<Shared>::default();
        let start = |_| {
            let shared = Arc::clone(&shared);
            // Who listens to this thread listens to the workers as well.
            let ears = dispatcher::get_default(Clone::clone);
            thread::spawn(move || dispatcher::with_default(&ears, || shared.work()))
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
    fn work(self: Arc<Self>) {
        let _entered = enter(Arc::clone(&self) as Arc<dyn Handle>);
        while let Some(task) = self.queue.pop() {
            self.tasks.run(&task);
        }
    }
}

impl Schedule for Shared {
    fn schedule(&self, task: Arc<Task>) {
        self.queue.push(task);
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
        self.shared.queue.close();
        for thread in self.threads.drain(..) {
            // Of a worker that has panicked there is nothing left to do.
            let _ = thread.join();
        }
        let _entered = enter(Arc::clone(&self.shared) as Arc<dyn Handle>);
        self.shared.tasks.cancel_all();
        // What was woken since: it holds tasks, and they hold the queue.
        self.shared.queue.close();
    }
}
