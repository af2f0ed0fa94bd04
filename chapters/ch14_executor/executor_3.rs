//! Step 3: the same with time. Who waits for nothing but the clock sleeps in a list of timers.

use std::{
    collections::VecDeque,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::AcqRel},
    },
    task::{Context, Poll, Wake, Waker},
};

use crate::{
    clock::Clock,
    current::{Handle, enter},
    executor_1::Signal,
    primitives::lock,
    task::{Boxed, Schedule, Task, Tasks},
    time::Time,
    timers::Timers,
    wheel::Wheel,
};

/// So many tasks are run at most until the main future has its turn again. (Tokio has the same number.)
const ROUND: usize = 61;

/// Runs a future and the tasks that it spawns on one thread.
///
/// When it is dropped, tasks that are not over are dropped, the oldest first.
pub struct Executor(Arc<Shared>);

/// What wakers reach from any thread.
struct Shared {
    /// Whether the future of `block_on`, which is no task, is to be polled.
    main_woken: AtomicBool,
    /// The tasks that are to be polled, in this order.
    woken: Mutex<VecDeque<Arc<Task>>>,
    tasks: Tasks,
    signal: Signal,
    time: Arc<Time>,
}

impl Executor {
    /// With timers in a wheel.
    pub fn new(clock: Clock) -> Self {
        Self::with_timers(clock, Wheel::default())
    }

    /// With timers of one's choice.
    pub fn with_timers(clock: Clock, timers: impl Timers + 'static) -> Self {
        Self(Arc::new(Shared {
            main_woken: AtomicBool::default(),
            woken: Mutex::default(),
            tasks: Tasks::default(),
            signal: Signal::default(),
            time: Arc::new(Time::new(clock, timers)),
        }))
    }

    /// Its clock and its timers.
    pub fn time(&self) -> &Arc<Time> {
        &self.0.time
    }

    /// Runs a future to its end, and meanwhile the tasks that were spawned.
    ///
    /// # Panics
    ///
    /// If the future does. (A task that panics tells its `JoinHandle`.)
    pub fn block_on<F: Future>(&mut self, future: F) -> F::Output {
        let _entered = enter(Arc::clone(&self.0) as Arc<dyn Handle>);
        let mut future = pin!(future);
        self.0.wake_by_ref();
        let waker = Waker::from(Arc::clone(&self.0));
        loop {
            if self.0.main_woken.swap(false, AcqRel)
                && let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker))
            {
                return value;
            }
            if !self.0.run_a_round() {
                self.0.rest();
            }
            self.0.time.wake_due();
        }
    }
}

impl Shared {
    /// Runs those who were woken. Whether somebody may be left.
    fn run_a_round(&self) -> bool {
        for _ in 0..ROUND {
            let Some(task) = lock(&self.woken).pop_front() else {
                return false;
            };
            self.tasks.run(&task);
        }
        true
    }

    /// Sleeps until somebody is woken or a timer is due. A virtual clock jumps to the timer instead.
    fn rest(&self) {
        if !self.signal.take() {
            self.signal.wait(self.time.until_next());
        }
    }
}

impl Wake for Shared {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.main_woken.swap(true, AcqRel);
        self.signal.raise();
    }
}

impl Schedule for Shared {
    fn schedule(&self, task: Arc<Task>) {
        lock(&self.woken).push_back(task);
        self.signal.raise();
    }
}

impl Handle for Shared {
    fn start(self: Arc<Self>, future: Boxed) -> Arc<Task> {
        let scheduler = Arc::clone(&self) as Arc<dyn Schedule>;
        self.tasks.start(future, scheduler)
    }

    fn time(&self) -> Option<Arc<Time>> {
        Some(Arc::clone(&self.time))
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        let _entered = enter(Arc::clone(&self.0) as Arc<dyn Handle>);
        self.0.tasks.cancel_all();
        lock(&self.0.woken).clear();
    }
}
