//! A worker that does not come back: seen from outside, and felt from inside.

use std::{thread, time::Duration};

use stage::{Instrument, block_for};
use tokio::{
    runtime::{Handle, RuntimeMetrics},
    time::{MissedTickBehavior, interval, sleep},
};
use tracing::{info, info_span};

/// Looks at the workers of a runtime, from a thread that is none of them.
#[derive(Debug)]
pub struct Workers {
    metrics: RuntimeMetrics,
    seen: Vec<u64>,
}

impl Workers {
    /// Those of this runtime.
    #[must_use]
    pub fn of(runtime: &Handle) -> Self {
        let metrics = runtime.metrics();
        let seen = counts(&metrics);
        Self { metrics, seen }
    }

    /// Which of them have not gone to rest since the last look, by number. Such a worker has plenty to do,
    /// or is stuck, or was never started, as that of a current-thread runtime before `block_on`.
    pub fn restless(&mut self) -> Vec<usize> {
        let before = std::mem::replace(&mut self.seen, counts(&self.metrics));
        let both = before.iter().zip(&self.seen).enumerate();
        // An odd number means that it rests.
        both.filter(|(_, (before, now))| before == now && **now % 2 == 0)
            .map(|(worker, _)| worker)
            .collect()
    }
}

/// How often each worker went to rest and rose again.
fn counts(metrics: &RuntimeMetrics) -> Vec<u64> {
    (0..metrics.num_workers())
        .map(|worker| metrics.worker_park_unpark_count(worker))
        .collect()
}

/// A task blocks its worker for 300 ms. How many workers are restless, in looks 100 ms apart?
pub async fn seen_from_outside() -> Vec<usize> {
    let mut workers = Workers::of(&Handle::current());
    let (told, looks) = tokio::sync::oneshot::channel();
    tokio::spawn(async { thread::sleep(Duration::from_millis(350)) });
    thread::spawn(move || {
        let look = |_| {
            thread::sleep(Duration::from_millis(100));
            workers.restless().len()
        };
        told.send((0..5).map(look).collect())
    });
    looks.await.unwrap_or_default()
}

/// Ticks, and tells if a tick comes late: something has kept this thread for so long.
///
/// # Panics
///
/// If `every` is zero, or there is no Tokio runtime with a clock.
pub async fn heartbeat(every: Duration) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let late = ticks.tick().await.elapsed();
        if late >= every {
            info!("{late:?} late");
        }
    }
}

/// A heart beats ten times a second, and somebody counts for three quarters of a second without giving way.
pub async fn felt_from_inside() {
    let counts = async {
        sleep(Duration::from_millis(330)).await;
        block_for(Duration::from_millis(750));
        info!("counted");
        sleep(Duration::from_millis(400)).await;
    };
    tokio::select! {
        biased;
        () = counts.instrument(info_span!("count")) => {}
        // Never ready, holds nothing.
        () = heartbeat(Duration::from_millis(100)).instrument(info_span!("heart")) => {}
    }
}
