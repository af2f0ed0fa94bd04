//! The clocks a story can play by, and blocking waits that obey whichever is in force.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    io,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use futures::FutureExt;
use tokio::runtime::{Handle, Runtime};
use tracing::dispatcher;

use crate::executor::Time;

thread_local! {
    /// The clock of the story that this thread takes part in.
    static CURRENT: RefCell<Option<Clock>> = const { RefCell::new(None) };
}

/// Where a story's time comes from.
#[derive(Clone, Debug)]
pub(crate) enum Clock {
    /// The machine's clock, read from this instant on.
    Real(Instant),
    /// The clock of a current-thread runtime, which is virtual from the moment when it is paused.
    Runtime {
        handle: Handle,
        start: tokio::time::Instant,
        paused: Arc<AtomicBool>,
    },
    /// A clock for threads without any runtime: one runs at a time, and time moves when all sleep.
    Threads(Arc<ThreadClock>),
    /// The clock of an executor that is not Tokio's, read from this time on.
    Foreign(Arc<dyn Time>, Duration),
}

impl Clock {
    pub(crate) fn of(runtime: &Runtime, paused: bool) -> Self {
        let _inside = runtime.enter();
        Self::Runtime {
            handle: runtime.handle().clone(),
            start: tokio::time::Instant::now(),
            paused: Arc::new(paused.into()),
        }
    }

    pub(crate) fn is_paused(&self) -> bool {
        match self {
            Self::Real(_) => false,
            Self::Runtime { paused, .. } => paused.load(Relaxed),
            Self::Threads(_) => true,
            Self::Foreign(time, _) => time.is_virtual(),
        }
    }

    /// Makes a runtime's clock virtual; to be called from within that runtime.
    pub(crate) fn pause(&self) {
        if let Self::Runtime { paused, .. } = self
            && !paused.swap(true, Relaxed)
        {
            tokio::time::pause();
        }
    }

    /// Time since the story began.
    pub(crate) fn elapsed(&self) -> Duration {
        match self {
            Self::Real(start) => start.elapsed(),
            Self::Runtime { handle, start, .. } => {
                // A plain thread knows no runtime, and would read the machine's clock instead.
                let _inside = handle.enter();
                start.elapsed()
            }
            Self::Threads(clock) => clock.lock().now,
            Self::Foreign(time, start) => time.now().saturating_sub(*start),
        }
    }

    /// Makes this the clock of the current thread until the returned guard is dropped.
    pub(crate) fn install(&self) -> Installed {
        Installed(CURRENT.replace(Some(self.clone())))
    }
}

/// Whether the current thread takes part in a story.
pub(crate) fn is_playing() -> bool {
    CURRENT.with_borrow(Option::is_some)
}

/// Puts the former clock back when dropped.
pub(crate) struct Installed(Option<Clock>);

impl Drop for Installed {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

/// Blocks the current thread for `duration`, as [`std::thread::sleep`] does.
///
/// Outside the virtual clock it *is* [`std::thread::sleep`]. On the virtual clock of a runtime it
/// moves that clock by `duration` without giving way, so every timer that falls due meanwhile
/// fires late, just as behind a real blocking call. In a blocking story it waits on that story's
/// own clock.
///
/// On the virtual clock it may only be called from the runtime's own thread, not from within
/// `spawn_blocking`: the paused clock stands still while such a closure runs.
pub fn block_for(duration: Duration) {
    match &CURRENT.with_borrow(Clone::clone) {
        Some(clock @ Clock::Runtime { handle, .. }) if clock.is_paused() => {
            let _inside = handle.enter();
            // One poll moves the clock; the rest of the future would only yield.
            tokio::time::advance(duration).now_or_never();
        }
        Some(Clock::Threads(clock)) => clock.sleep(duration),
        Some(Clock::Foreign(time, _)) if time.is_virtual() => time.advance(duration),
        _ => thread::sleep(duration),
    }
}

/// Runs every job on an operating-system thread of its own and returns their results in order.
///
/// On the virtual clock of a blocking story the threads take turns, earliest waiter first, so
/// that the same story leaves the same record every time. In an asynchronous story this blocks
/// the runtime's thread, and on the virtual clock the jobs' waits add up.
///
/// # Panics
///
/// If a job panics, with that job's panic, once all threads have ended; or if the system cannot
/// start that many threads.
pub fn on_threads<F, T>(jobs: impl IntoIterator<Item = F>) -> Vec<T>
where
    F: FnOnce() -> T + Send,
    T: Send,
{
    try_on_threads(jobs, || ()).expect("the system starts a thread")
}

/// [`on_threads`] for more threads than there may be.
///
/// If one cannot be started, `give_up` is called, by which those that run can be told to end, and
/// the jobs that are left are dropped.
///
/// # Errors
///
/// The system's, if it cannot start that many threads; once those that it did start have ended.
///
/// # Panics
///
/// If a job panics, with that job's panic, once all threads have ended.
pub fn try_on_threads<F, T>(
    jobs: impl IntoIterator<Item = F>,
    give_up: impl FnOnce(),
) -> io::Result<Vec<T>>
where
    F: FnOnce() -> T + Send,
    T: Send,
{
    let jobs: Vec<F> = jobs.into_iter().collect();
    let clock = CURRENT.with_borrow(Clone::clone);
    let turns = match &clock {
        Some(Clock::Threads(threads)) => Some(threads.enroll(jobs.len())),
        _ => None,
    };
    let dispatch = dispatcher::get_default(Clone::clone);

    let (results, failed) = thread::scope(|scope| {
        let (mut running, mut failed) = (Vec::with_capacity(jobs.len()), None);
        for (index, job) in jobs.into_iter().enumerate() {
            let (clock, dispatch, turns) = (clock.clone(), dispatch.clone(), turns.as_ref());
            let work = move || {
                let _turn = turns.map(|turns| turns.of(index).begin());
                let _clock = clock.as_ref().map(Clock::install);
                dispatcher::with_default(&dispatch, job)
            };
            match thread::Builder::new().spawn_scoped(scope, work) {
                Ok(thread) => running.push(thread),
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        if failed.is_some() {
            give_up();
            if let Some(turns) = &turns {
                turns.withdraw(running.len());
            }
        }
        if let Some(turns) = &turns {
            turns.wait_for_all();
        }
        let results: Vec<thread::Result<T>> = running
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect();
        (results, failed)
    });
    let results = results
        .into_iter()
        .map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        .collect();
    failed.map_or(Ok(results), Err)
}

/// A virtual clock for plain threads. Exactly one thread runs at any moment; when it sleeps or
/// ends, the one that is due next takes over and time jumps to its hour.
#[derive(Debug, Default)]
pub(crate) struct ThreadClock {
    state: Mutex<Turns>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Turns {
    now: Duration,
    /// Who is due when; the ticket decides between two that are due together.
    due: BTreeSet<(Duration, u64)>,
    next_ticket: u64,
    /// The ticket whose holder may run.
    running: u64,
    /// How often the turn has been passed on.
    passed: u64,
}

impl Turns {
    fn ticket(&mut self) -> u64 {
        self.next_ticket += 1;
        self.next_ticket
    }

    fn pass_on(&mut self) {
        self.passed += 1;
        if let Some((at, ticket)) = self.due.pop_first() {
            self.now = at;
            self.running = ticket;
        }
    }
}

impl ThreadClock {
    /// How often one thread has given way to another.
    pub(crate) fn passed(&self) -> u64 {
        self.lock().passed
    }

    fn lock(&self) -> MutexGuard<'_, Turns> {
        // A panicking story may poison the lock; the turns themselves are always whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sleep(&self, duration: Duration) {
        let mut turns = self.lock();
        let ticket = turns.ticket();
        let at = turns.now.saturating_add(duration);
        turns.due.insert((at, ticket));
        turns.pass_on();
        self.changed.notify_all();
        self.wait_for(turns, ticket);
    }

    fn wait_for(&self, turns: MutexGuard<'_, Turns>, ticket: u64) {
        let _turns = self
            .changed
            .wait_while(turns, |turns| turns.running != ticket)
            .unwrap_or_else(PoisonError::into_inner);
    }

    fn enroll(self: &Arc<Self>, jobs: usize) -> Enrolled {
        let mut turns = self.lock();
        let now = turns.now;
        let tickets: Vec<u64> = (0..jobs).map(|_| turns.ticket()).collect();
        turns
            .due
            .extend(tickets.iter().map(|&ticket| (now, ticket)));
        Enrolled {
            clock: Arc::clone(self),
            parent: turns.ticket(),
            left: Arc::new(Mutex::new(jobs)),
            tickets,
        }
    }
}

/// The turns of one call of [`on_threads`].
struct Enrolled {
    clock: Arc<ThreadClock>,
    tickets: Vec<u64>,
    /// Due when the last job has ended.
    parent: u64,
    left: Arc<Mutex<usize>>,
}

impl Enrolled {
    fn of(&self, index: usize) -> Turn {
        Turn {
            clock: Arc::clone(&self.clock),
            ticket: self.tickets[index],
            parent: self.parent,
            left: Arc::clone(&self.left),
        }
    }

    /// Nobody will come for the tickets from this one on.
    fn withdraw(&self, from: usize) {
        let unused = &self.tickets[from..];
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) -= unused.len();
        let mut turns = self.clock.lock();
        turns.due.retain(|(_, ticket)| !unused.contains(ticket));
    }

    fn wait_for_all(&self) {
        // Nobody has ended yet: the parent has not passed its turn on.
        if *self.left.lock().unwrap_or_else(PoisonError::into_inner) == 0 {
            return;
        }
        let mut turns = self.clock.lock();
        turns.pass_on();
        self.clock.changed.notify_all();
        self.clock.wait_for(turns, self.parent);
    }
}

/// One thread's place among its siblings; passes the turn on when dropped, also by a panic.
struct Turn {
    clock: Arc<ThreadClock>,
    ticket: u64,
    parent: u64,
    left: Arc<Mutex<usize>>,
}

impl Turn {
    fn begin(self) -> Self {
        self.clock.wait_for(self.clock.lock(), self.ticket);
        self
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        *left -= 1;
        let mut turns = self.clock.lock();
        if *left == 0 {
            let now = turns.now;
            turns.due.insert((now, self.parent));
        }
        turns.pass_on();
        self.clock.changed.notify_all();
    }
}
