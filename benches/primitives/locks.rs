//! Mutexes: a counter raised by one.

use std::sync::{Arc, Mutex as StdMutex};

use async_workbook_benches::{brief_group, one_thread, workers};
use criterion::{Criterion, Throughput, criterion_group};
use parking_lot::Mutex as ParkingLotMutex;
use tokio::{sync::Mutex as TokioMutex, task::yield_now};

use crate::{on_tasks, on_threads};

criterion_group!(benches, alone, contended, across_await);

const POISON: &str = "nobody panics with the lock";

fn alone(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "mutex_alone");
    group.throughput(Throughput::Elements(1));
    group.bench_function("std", |b| {
        let count = StdMutex::new(0_u64);
        b.iter(|| *count.lock().expect(POISON) += 1);
    });
    group.bench_function("parking_lot", |b| {
        let count = ParkingLotMutex::new(0_u64);
        b.iter(|| *count.lock() += 1);
    });
    group.bench_function("tokio", |b| {
        let count = TokioMutex::new(0_u64);
        b.to_async(one_thread())
            .iter(|| async { *count.lock().await += 1 });
    });
}

/// Both threads do nothing else: the worst case.
fn contended(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "mutex_2_threads");
    group.throughput(Throughput::Elements(2));
    group.bench_function("std", |b| {
        let count = StdMutex::new(0_u64);
        b.iter_custom(|rounds| {
            on_threads(2, || {
                (0..rounds).for_each(|_| *count.lock().expect(POISON) += 1);
            })
        });
    });
    group.bench_function("parking_lot", |b| {
        let count = ParkingLotMutex::new(0_u64);
        b.iter_custom(|rounds| on_threads(2, || (0..rounds).for_each(|_| *count.lock() += 1)));
    });
    group.bench_function("tokio", |b| {
        let runtime = workers(2);
        let count = Arc::new(TokioMutex::new(0_u64));
        b.iter_custom(|rounds| {
            runtime.block_on(on_tasks(2, || {
                let count = Arc::clone(&count);
                async move {
                    for _ in 0..rounds {
                        *count.lock().await += 1;
                    }
                }
            }))
        });
    });
}

/// Ten tasks on one thread, each with a wait in the middle of its work.
fn across_await(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "mutex_10_tasks_that_wait");
    group.throughput(Throughput::Elements(10));
    let runtime = one_thread();
    group.bench_function("no_lock", |b| {
        b.iter_custom(|rounds| {
            runtime.block_on(on_tasks(10, || async move {
                for _ in 0..rounds {
                    yield_now().await;
                }
            }))
        });
    });
    group.bench_function("std_released_before", |b| {
        let count = Arc::new(StdMutex::new(0_u64));
        b.iter_custom(|rounds| {
            runtime.block_on(on_tasks(10, || {
                let count = Arc::clone(&count);
                async move {
                    for _ in 0..rounds {
                        *count.lock().expect(POISON) += 1;
                        yield_now().await;
                    }
                }
            }))
        });
    });
    group.bench_function("tokio_held_across", |b| {
        let count = Arc::new(TokioMutex::new(0_u64));
        b.iter_custom(|rounds| {
            runtime.block_on(on_tasks(10, || {
                let count = Arc::clone(&count);
                async move {
                    for _ in 0..rounds {
                        let mut count = count.lock().await;
                        yield_now().await;
                        *count += 1;
                    }
                }
            }))
        });
    });
}
