//! What time it is, who waits for when, and a future that waits.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use crate::{clock::Clock, current::current, primitives::lock, timers::Timers};

/// A clock and those who wait for it.
#[derive(Debug)]
pub struct Time {
    clock: Clock,
    /// Odd while the executor rests.
    rests: AtomicU64,
    waiting: Mutex<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    timers: Box<dyn Timers>,
    next_id: u64,
    /// Timers up to this millisecond have been told.
    told: u64,
}

impl Time {
    /// Of an executor that begins now.
    pub fn new(clock: Clock, timers: impl Timers + 'static) -> Self {
        let waiting = Waiting {
            timers: Box::new(timers),
            next_id: 0,
            told: 0,
        };
        Self {
            clock,
            rests: AtomicU64::new(0),
            waiting: Mutex::new(waiting),
        }
    }

    /// Since the beginning of the executor.
    pub fn now(&self) -> Duration {
        self.clock.now()
    }

    /// Whether the clock is virtual.
    pub fn is_virtual(&self) -> bool {
        self.clock.is_virtual()
    }

    /// Moves a virtual clock; nobody is woken by that.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// How long to sleep when nobody can run: `None` if no timer is set. A virtual clock jumps instead.
    pub fn until_next(&self) -> Option<Duration> {
        self.rests.fetch_or(1, Relaxed);
        let next = Duration::from_millis(lock(&self.waiting).timers.next()?);
        let left = next.saturating_sub(self.now());
        if self.is_virtual() {
            self.advance(left);
            return Some(Duration::ZERO);
        }
        Some(left)
    }

    /// How often the executor has gone to rest or risen: odd while nobody can run.
    pub fn rests(&self) -> u64 {
        self.rests.load(Relaxed)
    }

    /// Wakes everybody who is due.
    pub fn wake_due(&self) {
        self.rests.fetch_add(self.rests() % 2, Relaxed);
        let due = {
            let mut waiting = lock(&self.waiting);
            waiting.told = whole_millis(self.now());
            let told = waiting.told;
            waiting.timers.due(told)
        };
        due.into_iter().for_each(Waker::wake);
    }

    /// So many timers are kept.
    pub fn timers(&self) -> usize {
        lock(&self.waiting).timers.len()
    }
}

/// Waits for so long, rounded up to a millisecond. It begins with this call.
///
/// Cancel safe: whoever drops it is not woken by it.
///
/// # Panics
///
/// If no executor with a timer runs on this thread.
pub fn sleep(duration: Duration) -> Sleep {
    let time = current().time().expect("the executor has a timer");
    let until = time.now().saturating_add(duration);
    let at = whole_millis(until.saturating_add(Duration::from_nanos(999_999)));
    Sleep { time, at, id: None }
}

/// Made by [`sleep`].
#[derive(Debug)]
pub struct Sleep {
    time: Arc<Time>,
    at: u64,
    /// Given at the first poll that has to wait.
    id: Option<u64>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let time = Arc::clone(&self.time);
        let mut waiting = lock(&time.waiting);
        if waiting.told >= self.at {
            return Poll::Ready(());
        }
        let id = *self.id.get_or_insert_with(|| {
            waiting.next_id += 1;
            waiting.next_id
        });
        waiting.timers.insert(self.at, id, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            lock(&self.time.waiting).timers.remove(self.at, id);
        }
    }
}

fn whole_millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
