use std::{
    collections::VecDeque,
    future::poll_fn,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    task::{Poll, Waker},
    time::Duration,
};

use stage::block_for;
use tokio::{
    select,
    sync::{Notify, watch},
    time::{Instant, sleep_until},
};

use crate::{
    compare::{NOW, Task},
    model::MessageId,
    platform::{Answer, BlockingPlatform, Call, Platform},
    policy::Policy,
    scan::{Polite, bounded},
};

/// The simplest platform: says yes to everything, always after the same time, and counts.
///
/// Like a real connection it has one reader, [`deliver`](Self::deliver), that wakes all callers
/// whose answers have come. Answers come in the order of calls, so that a queue does for the
/// reader what a timer for each call would do at a higher price.
#[derive(Debug)]
pub struct Line {
    latency: Duration,
    /// Who waits for an answer, and until when.
    waiting: Mutex<VecDeque<(Instant, Waker)>>,
    /// There was nobody before, and now there is.
    called: Notify,
    calls: AtomicU64,
    in_flight: AtomicUsize,
    peak_in_flight: AtomicUsize,
}

impl Line {
    /// A platform that takes `latency` for each call.
    #[must_use]
    pub fn new(latency: Duration) -> Self {
        Self {
            latency,
            waiting: Mutex::default(),
            called: Notify::new(),
            calls: AtomicU64::new(0),
            in_flight: AtomicUsize::new(0),
            peak_in_flight: AtomicUsize::new(0),
        }
    }

    /// Delivers answers, for ever. Without it no asynchronous call ends.
    ///
    /// # Cancel safety
    ///
    /// Another reader can take over where a dropped one stopped.
    pub async fn deliver(&self) {
        let mut due = Vec::new();
        loop {
            let next = self.lock().front().map(|(at, _)| *at);
            match next {
                None => self.called.notified().await,
                Some(at) => {
                    sleep_until(at).await;
                    let now = Instant::now();
                    {
                        let mut waiting = self.lock();
                        let count = waiting.partition_point(|(at, _)| *at <= now);
                        due.extend(waiting.drain(..count).map(|(_, waker)| waker));
                    }
                    due.drain(..).for_each(Waker::wake);
                }
            }
        }
    }

    /// Calls made so far.
    pub fn calls(&self) -> u64 {
        self.calls.load(Relaxed)
    }

    /// The most calls that were under way at one moment.
    pub fn peak_in_flight(&self) -> usize {
        self.peak_in_flight.load(Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(Instant, Waker)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a caller at the end of the queue and says when its answer is due.
    fn wait_in_line(&self, waker: Waker) -> Instant {
        let mut waiting = self.lock();
        // Read under the lock, so that the queue is in order of time.
        let due = Instant::now() + self.latency;
        waiting.push_back((due, waker));
        if waiting.len() == 1 {
            self.called.notify_one();
        }
        due
    }

    fn begin(&self) -> InFlight<'_> {
        let now = self.in_flight.fetch_add(1, Relaxed) + 1;
        // Most calls do not set a record; reading is cheaper than writing.
        if now > self.peak_in_flight.load(Relaxed) {
            self.peak_in_flight.fetch_max(now, Relaxed);
        }
        InFlight(self)
    }

    fn next_message(&self) -> MessageId {
        MessageId(self.calls.fetch_add(1, Relaxed))
    }
}

/// Ends when dropped, also with a call that was given up.
struct InFlight<'a>(&'a Line);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Relaxed);
    }
}

impl Platform for Line {
    async fn call(&self, _call: &Call) -> Answer {
        let _in_flight = self.begin();
        let mut due = None;
        poll_fn(|context| match due {
            Some(due) if Instant::now() >= due => Poll::Ready(()),
            Some(_) => {
                // Polled too early, perhaps by another task: its waker has to wait in line too.
                self.wait_in_line(context.waker().clone());
                Poll::Pending
            }
            None => {
                due = Some(self.wait_in_line(context.waker().clone()));
                Poll::Pending
            }
        })
        .await;
        Ok(Some(self.next_message()))
    }
}

impl BlockingPlatform for Line {
    fn call(&self, _call: &Call) -> Answer {
        let _in_flight = self.begin();
        block_for(self.latency);
        Ok(Some(self.next_message()))
    }
}

/// One small scan by [`bounded`] over such a platform, to be recorded and drawn.
///
/// # Panics
///
/// Never: its store is in memory.
pub async fn one_scan() {
    let task = Task {
        groups: 6,
        members: 4,
        kicks: 1,
        latency: Duration::from_millis(200),
        seed: 1,
        max_in_flight: 3,
        rate: None,
    };
    let policy = Arc::new(Policy {
        groups_in_flight: task.max_in_flight,
        calls_per_second: task.rate,
        ..Policy::default()
    });
    let line = Arc::new(Line::new(task.latency));
    let polite = Polite::new(Arc::clone(&line), &policy, task.seed).into();
    let (_never, stop) = watch::channel(false);
    let scan = bounded(polite, Arc::new(task.store()), NOW, policy, stop);
    // The line never ends.
    select! {
        biased;
        report = scan => drop(report.expect("memory does not fail")),
        () = line.deliver() => {}
    }
}
