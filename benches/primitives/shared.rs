//! Values that are mostly read, and values that need no lock.

use std::{
    hint::black_box,
    sync::{
        Arc, Mutex as StdMutex, RwLock as StdRwLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use async_workbook_benches::{brief_group, workers};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use parking_lot::RwLock as ParkingLotRwLock;
use tokio::sync::RwLock as TokioRwLock;

use crate::{on_tasks, on_threads};

criterion_group!(benches, read_mostly, read_for_long, atomics);

const POISON: &str = "nobody panics with the lock";
/// One access in so many writes.
const WRITES: u64 = 100;

fn read_mostly(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "read_mostly_2_threads");
    group.throughput(Throughput::Elements(2));
    group.bench_function("std_mutex", |b| {
        let value = StdMutex::new(0_u64);
        b.iter_custom(|rounds| {
            on_threads(2, || {
                for round in 0..rounds {
                    if round % WRITES == 0 {
                        *value.lock().expect(POISON) += 1;
                    } else {
                        black_box(*value.lock().expect(POISON));
                    }
                }
            })
        });
    });
    group.bench_function("std_rwlock", |b| {
        let value = StdRwLock::new(0_u64);
        b.iter_custom(|rounds| {
            on_threads(2, || {
                for round in 0..rounds {
                    if round % WRITES == 0 {
                        *value.write().expect(POISON) += 1;
                    } else {
                        black_box(*value.read().expect(POISON));
                    }
                }
            })
        });
    });
    group.bench_function("parking_lot_rwlock", |b| {
        let value = ParkingLotRwLock::new(0_u64);
        b.iter_custom(|rounds| {
            on_threads(2, || {
                for round in 0..rounds {
                    if round % WRITES == 0 {
                        *value.write() += 1;
                    } else {
                        black_box(*value.read());
                    }
                }
            })
        });
    });
    group.bench_function("tokio_rwlock", |b| {
        let runtime = workers(2);
        let value = Arc::new(TokioRwLock::new(0_u64));
        b.iter_custom(|rounds| {
            runtime.block_on(on_tasks(2, || {
                let value = Arc::clone(&value);
                async move {
                    for round in 0..rounds {
                        if round % WRITES == 0 {
                            *value.write().await += 1;
                        } else {
                            black_box(*value.read().await);
                        }
                    }
                }
            }))
        });
    });
}

/// Readers who stay: each adds up a thousand numbers.
fn read_for_long(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "read_for_long_2_threads");
    group.throughput(Throughput::Elements(2));
    let numbers: Vec<u64> = (0..1_000).collect();
    let sum = |numbers: &[u64]| {
        black_box(numbers)
            .iter()
            .map(|n| black_box(*n))
            .sum::<u64>()
    };
    group.bench_function("std_mutex", |b| {
        let numbers = StdMutex::new(numbers.clone());
        b.iter_custom(|rounds| {
            on_threads(2, || {
                for _ in 0..rounds {
                    black_box(sum(&numbers.lock().expect(POISON)));
                }
            })
        });
    });
    group.bench_function("std_rwlock", |b| {
        let numbers = StdRwLock::new(numbers.clone());
        b.iter_custom(|rounds| {
            on_threads(2, || {
                for _ in 0..rounds {
                    black_box(sum(&numbers.read().expect(POISON)));
                }
            })
        });
    });
}

fn atomics(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "atomic");
    let count = AtomicU64::new(0);
    for threads in [1, 2] {
        let place = format!("{threads}_thread{}", if threads == 1 { "" } else { "s" });
        group.throughput(Throughput::Elements(threads as u64));
        group.bench_function(BenchmarkId::new("load", &place), |b| {
            b.iter_custom(|rounds| {
                on_threads(threads, || {
                    for _ in 0..rounds {
                        black_box(count.load(Relaxed));
                    }
                })
            });
        });
        group.bench_function(BenchmarkId::new("fetch_add", &place), |b| {
            b.iter_custom(|rounds| {
                on_threads(threads, || {
                    for _ in 0..rounds {
                        count.fetch_add(1, Relaxed);
                    }
                })
            });
        });
        group.bench_function(BenchmarkId::new("compare_exchange_loop", &place), |b| {
            b.iter_custom(|rounds| {
                on_threads(threads, || {
                    for _ in 0..rounds {
                        let _ = count.try_update(Relaxed, Relaxed, |count| Some(count ^ 1));
                    }
                })
            });
        });
    }
}
