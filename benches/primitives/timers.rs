//! A timer set and given up again, as every time-out is that was not needed, while others wait; and
//! how late one is that is waited for.

use std::{
    thread,
    time::{Duration, Instant},
};

use async_workbook_benches::{brief_group, one_thread, slow_group};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use futures::{FutureExt, future::join_all};
use tokio::time::sleep;

criterion_group!(benches, timers, late);

const HOUR: Duration = Duration::from_hours(1);
const WAIT: Duration = Duration::from_millis(10);
const TENTH: Duration = Duration::from_micros(100);

fn timers(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "timer_set_and_cancelled");
    group.throughput(Throughput::Elements(1));
    for others in [1_000_u32, 100_000] {
        let runtime = one_thread();
        let waiting = runtime.spawn(async move {
            let until = |other: u32| sleep(HOUR + Duration::from_millis(other.into()));
            join_all((1..=others).map(until)).await;
        });
        // Polled once, all of them are registered.
        runtime.block_on(tokio::task::yield_now());
        group.bench_function(BenchmarkId::new("tokio_others_waiting", others), |b| {
            b.to_async(&runtime)
                // The first poll registers it, the drop takes it out.
                .iter(|| async { sleep(HOUR).now_or_never().is_none() });
        });
        waiting.abort();
    }
}

/// By how much more a wait takes than it should. It begins and is due anywhere between two ticks of
/// the timer.
fn late(criterion: &mut Criterion) {
    let mut group = slow_group(criterion, "timer_late");
    let runtime = one_thread();
    group.bench_function("tokio_sleep", |b| {
        b.iter_custom(|rounds| {
            runtime.block_on(async {
                let waits =
                    (0..rounds).map(|round| WAIT + TENTH * u32::try_from(round % 10).unwrap_or(0));
                let mut late = Duration::ZERO;
                for wait in waits {
                    let begin = Instant::now();
                    sleep(wait).await;
                    late += begin.elapsed().saturating_sub(wait);
                }
                late
            })
        });
    });
    group.bench_function("thread_sleep", |b| {
        b.iter_custom(|rounds| {
            (0..rounds)
                .map(|_| {
                    let begin = Instant::now();
                    thread::sleep(WAIT);
                    begin.elapsed().saturating_sub(WAIT)
                })
                .sum()
        });
    });
}
