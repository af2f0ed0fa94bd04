//! The simplest platform: says yes to everything, always after the same time, and counts.

use std::{
    collections::VecDeque,
    future::poll_fn,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
    time::Duration,
};

use stage::block_for;
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use crate::platform::{Answer, BlockingPlatform, Call, Platform, Reply};

/// A platform that does nothing but take time.
///
/// Like a real connection it has one reader that wakes all callers whose answers have come:
/// [`read`](Self::read), a thread, or [`deliver`](Self::deliver), a future. Answers come in the
/// order of calls, so that a queue does for the reader what a timer for each call would do at a
/// higher price.
#[derive(Debug)]
pub struct Line {
    latency: Duration,
    inside: Mutex<Inside>,
    /// There was nobody before, and now there is: for the reader, whichever it is.
    called: (Notify, Condvar),
}

/// All behind one lock: each call takes it once, and two cores would pass every atomic counter
/// to and fro as they do the lock.
#[derive(Debug, Default)]
struct Inside {
    /// Who waits for an answer, and until when.
    waiting: VecDeque<(Instant, Waker)>,
    calls: u64,
    in_flight: usize,
    peak_in_flight: usize,
    hung_up: bool,
}

impl Inside {
    fn begin(&mut self) {
        self.in_flight += 1;
        self.peak_in_flight = self.peak_in_flight.max(self.in_flight);
    }

    /// Moves those to `due` whose answers have come.
    fn take_due(&mut self, due: &mut Vec<Waker>) {
        let now = Instant::now();
        let count = self.waiting.partition_point(|(at, _)| *at <= now);
        due.extend(self.waiting.drain(..count).map(|(_, waker)| waker));
        self.in_flight -= count;
    }

    fn next_due(&self) -> Option<Instant> {
        self.waiting.front().map(|(at, _)| *at)
    }
}

impl Line {
    /// A platform that takes `latency` for each call.
    #[must_use]
    pub fn new(latency: Duration) -> Self {
        Self {
            latency,
            inside: Mutex::default(),
            called: (Notify::new(), Condvar::new()),
        }
    }

    /// Delivers answers by the clock of the runtime, for ever: the reader for a clock that is
    /// paused. Without a reader no asynchronous call ends.
    ///
    /// # Cancel safety
    ///
    /// Another reader can take over where a dropped one stopped.
    pub async fn deliver(&self) {
        let mut due = Vec::new();
        loop {
            let next = self.lock().next_due();
            match next {
                None => self.called.0.notified().await,
                Some(at) => {
                    sleep_until(at).await;
                    self.lock().take_due(&mut due);
                    due.drain(..).for_each(Waker::wake);
                }
            }
        }
    }

    /// Delivers answers until somebody [hangs up](Self::hang_up): the reader for the real clock.
    ///
    /// It blocks its thread, and so wakes as exactly as a socket would wake it. A timer of the
    /// runtime counts whole milliseconds, and would add one to each call.
    pub fn read(&self) {
        let mut due = Vec::new();
        let mut inside = self.lock();
        while !inside.hung_up {
            let wait = inside.next_due().map(|at| at - Instant::now());
            inside = match wait {
                None => self
                    .called
                    .1
                    .wait(inside)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => {
                    inside.take_due(&mut due);
                    drop(inside);
                    due.drain(..).for_each(Waker::wake);
                    self.lock()
                }
                Some(wait) => {
                    let waited = self.called.1.wait_timeout(inside, wait);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// Ends [`read`](Self::read).
    pub fn hang_up(&self) {
        self.lock().hung_up = true;
        self.called.1.notify_all();
    }

    /// Calls made so far.
    pub fn calls(&self) -> u64 {
        self.lock().calls
    }

    /// The most calls that were under way at one moment. A call that is given up is under way
    /// until its answer would have come.
    pub fn peak_in_flight(&self) -> usize {
        self.lock().peak_in_flight
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a caller at the end of the queue and says when its answer is due.
    fn wait_in_line(&self, inside: &mut Inside, waker: &Waker) -> Instant {
        // Read under the lock, so that the queue is in order of time.
        let due = Instant::now() + self.latency;
        inside.waiting.push_back((due, waker.clone()));
        inside.begin();
        if inside.waiting.len() == 1 {
            self.called.0.notify_one();
            self.called.1.notify_one();
        }
        due
    }
}

impl Platform for Line {
    fn call(&self, _call: &Call) -> impl Future<Output = Answer> {
        let mut sent = None;
        poll_fn(move |context| match sent {
            Some(due) if Instant::now() >= due => Poll::Ready(Ok(Reply::Done)),
            Some(_) => {
                // Polled too early, perhaps by another task: its waker has to wait in line too,
                // and counts as a call under way.
                self.wait_in_line(&mut self.lock(), context.waker());
                Poll::Pending
            }
            None => {
                let inside = &mut *self.lock();
                inside.calls += 1;
                sent = Some(self.wait_in_line(inside, context.waker()));
                Poll::Pending
            }
        })
    }
}

impl BlockingPlatform for Line {
    fn call(&self, _call: &Call) -> Answer {
        self.lock().begin();
        block_for(self.latency);
        let inside = &mut *self.lock();
        inside.in_flight -= 1;
        inside.calls += 1;
        Ok(Reply::Done)
    }
}
