//! A timer set and given up again while others wait; and how late one is that is waited for.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use async_workbook::ch14_executor::{
    clock::Clock, current, executor_3::Executor, heap::Heap, time, together::yield_now,
};
use async_workbook_benches::{brief_group, one_thread, slow_group};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use futures::{FutureExt, future::join_all};
use smol::Timer;

use crate::{ours, timed};

criterion_group!(benches, set_and_cancelled, late);

const HOUR: Duration = Duration::from_hours(1);
const WAIT: Duration = Duration::from_millis(10);

fn set_and_cancelled(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "executor_timer_set_and_cancelled");
    group.throughput(Throughput::Elements(1));
    for others in [1_000_u32, 1_000_000] {
        let waits = move || (1..=others).map(|other| HOUR + Duration::from_millis(other.into()));
        for (name, mut executor) in [
            ("ours_wheel", ours()),
            (
                "ours_heap",
                Executor::with_timers(Clock::real(), Heap::default()),
            ),
        ] {
            executor.block_on(async {
                drop(current::spawn(join_all(waits().map(time::sleep))));
                yield_now().await;
            });
            group.bench_function(BenchmarkId::new(name, others), |b| {
                b.iter_custom(|rounds| {
                    executor.block_on(timed(async {
                        for _ in 0..rounds {
                            black_box(time::sleep(HOUR).now_or_never());
                        }
                    }))
                });
            });
        }
        let runtime = one_thread();
        let waiting = async move { join_all(waits().map(tokio::time::sleep)).await };
        let waiting = runtime.block_on(async { tokio::spawn(waiting).abort_handle() });
        // Polled once, all of them are registered.
        runtime.block_on(tokio::task::yield_now());
        group.bench_function(BenchmarkId::new("tokio", others), |b| {
            b.iter_custom(|rounds| {
                runtime.block_on(timed(async {
                    for _ in 0..rounds {
                        black_box(tokio::time::sleep(HOUR).now_or_never());
                    }
                }))
            });
        });
        waiting.abort();
        let mut waiting = join_all(waits().map(Timer::after));
        assert!((&mut waiting).now_or_never().is_none());
        group.bench_function(BenchmarkId::new("smol", others), |b| {
            b.iter_custom(|rounds| {
                smol::block_on(timed(async {
                    for _ in 0..rounds {
                        black_box(Timer::after(HOUR).now_or_never());
                    }
                }))
            });
        });
    }
}

fn late(criterion: &mut Criterion) {
    let mut group = slow_group(criterion, "executor_timer_late");
    group.bench_function("ours", |b| {
        b.iter_custom(|rounds| ours().block_on(lateness(rounds, time::sleep)));
    });
    group.bench_function("tokio", |b| {
        let runtime = one_thread();
        b.iter_custom(|rounds| runtime.block_on(lateness(rounds, tokio::time::sleep)));
    });
    group.bench_function("smol", |b| {
        b.iter_custom(|rounds| {
            smol::block_on(lateness(rounds, |wait| async move {
                Timer::after(wait).await;
            }))
        });
    });
}

/// By how much longer so many sleeps took than they should.
async fn lateness<F: Future<Output = ()>>(rounds: u64, sleep: impl Fn(Duration) -> F) -> Duration {
    let mut late = Duration::ZERO;
    for round in 0..rounds {
        let wait = WAIT + Duration::from_micros(100 * (round % 10));
        let begun = Instant::now();
        sleep(wait).await;
        late += begun.elapsed().saturating_sub(wait);
    }
    late
}
