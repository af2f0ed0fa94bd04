//! Three ways to put a load on a service, and what each of them measures.

use std::time::Duration;

use futures::future::join_all;
use tokio::time::{Instant, sleep_until};

use super::times::Times;

/// What became of the calls.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many were answered with `Ok`.
    pub good: u64,
    /// How long each of all took, also of those that failed.
    pub times: Times,
}

/// So many calls at the same moment.
pub async fn at_once<T, E, F: Future<Output = Result<T, E>>>(
    calls: u32,
    call: impl Fn() -> F,
) -> Report {
    let now = Instant::now();
    Report::of(join_all((0..calls).map(|_| measured(now, &call))).await)
}

/// One client for so long: it calls, waits for the answer, and calls again.
pub async fn closed_loop<T, E, F: Future<Output = Result<T, E>>>(
    length: Duration,
    call: impl Fn() -> F,
) -> Report {
    let end = Instant::now() + length;
    let mut calls = Vec::new();
    while Instant::now() < end {
        calls.push(measured(Instant::now(), &call).await);
    }
    Report::of(calls)
}

/// So many calls a second, each when it is due, whether the former were answered or not. What is measured
/// begins when the call is due.
///
/// # Panics
///
/// If `per_second` is zero, and there are calls.
pub async fn open_loop<T, E, F: Future<Output = Result<T, E>>>(
    per_second: u32,
    calls: u32,
    call: impl Fn() -> F,
) -> Report {
    let begin = Instant::now();
    let due = |n| begin + Duration::from_secs(1) * n / per_second;
    Report::of(join_all((0..calls).map(|n| measured(due(n), &call))).await)
}

/// Whether a call was good, and how long after `due` it was answered.
async fn measured<T, E, F: Future<Output = Result<T, E>>>(
    due: Instant,
    call: impl Fn() -> F,
) -> (bool, Duration) {
    sleep_until(due).await;
    (call().await.is_ok(), due.elapsed())
}

impl Report {
    fn of(calls: Vec<(bool, Duration)>) -> Self {
        let mut report = Self::default();
        for (good, took) in calls {
            report.good += u64::from(good);
            report.times.record(took, Duration::ZERO);
        }
        report
    }

    /// In one line, in milliseconds.
    pub fn line(&self) -> String {
        let ms = |time: Duration| time.as_millis();
        let (p50, p99) = (self.times.percentile(50.0), self.times.percentile(99.0));
        format!(
            "{:>4} of {:>4} good   p50 {:>4}   p99 {:>4}   max {:>4}",
            self.good,
            self.times.count(),
            ms(p50),
            ms(p99),
            ms(self.times.longest())
        )
    }
}
