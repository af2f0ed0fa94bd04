use std::{
    collections::VecDeque,
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
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
    inside: Mutex<Inside>,
    /// There was nobody before, and now there is.
    called: Notify,
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
}

impl Inside {
    fn begin(&mut self) {
        self.in_flight += 1;
        self.peak_in_flight = self.peak_in_flight.max(self.in_flight);
    }

    fn next_message(&mut self) -> MessageId {
        self.calls += 1;
        MessageId(self.calls - 1)
    }
}

impl Line {
    /// A platform that takes `latency` for each call.
    #[must_use]
    pub fn new(latency: Duration) -> Self {
        Self {
            latency,
            inside: Mutex::default(),
            called: Notify::new(),
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
            let next = self.lock().waiting.front().map(|(at, _)| *at);
            match next {
                None => self.called.notified().await,
                Some(at) => {
                    sleep_until(at).await;
                    let now = Instant::now();
                    {
                        let inside = &mut *self.lock();
                        let count = inside.waiting.partition_point(|(at, _)| *at <= now);
                        due.extend(inside.waiting.drain(..count).map(|(_, waker)| waker));
                        inside.in_flight -= count;
                    }
                    due.drain(..).for_each(Waker::wake);
                }
            }
        }
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
            self.called.notify_one();
        }
        due
    }
}

impl Platform for Line {
    fn call(&self, _call: &Call) -> impl Future<Output = Answer> {
        let mut sent = None;
        poll_fn(move |context| match sent {
            Some((due, message)) if Instant::now() >= due => Poll::Ready(Ok(Some(message))),
            Some(_) => {
                // Polled too early, perhaps by another task: its waker has to wait in line too,
                // and counts as a call under way.
                self.wait_in_line(&mut self.lock(), context.waker());
                Poll::Pending
            }
            None => {
                let inside = &mut *self.lock();
                let due = self.wait_in_line(inside, context.waker());
                sent = Some((due, inside.next_message()));
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
        Ok(Some(inside.next_message()))
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
