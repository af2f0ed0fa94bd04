//! Giving way: how long until it is one's turn again, if nobody else wants anything, and how long
//! each of ten takes that give way all the time; and what manners add to a step of a computation.

use std::{
    hint::black_box,
    thread,
    time::{Duration, Instant},
};

use async_workbook::ch11_parallelism::collatz::steps_from;
use async_workbook_benches::{brief_group, one_thread};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use tokio::task::{coop::consume_budget, yield_now};

use crate::{on_tasks, on_threads};

criterion_group!(benches, yielding, manners);

fn yielding(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "yield");
    for others in [1, 10] {
        group.throughput(Throughput::Elements(others as u64));
        group.bench_function(BenchmarkId::new("tasks_on_1_thread", others), |b| {
            let runtime = one_thread();
            b.iter_custom(|rounds| {
                runtime.block_on(on_tasks(others, || async move {
                    for _ in 0..rounds {
                        yield_now().await;
                    }
                }))
            });
        });
        group.bench_function(BenchmarkId::new("threads", others), |b| {
            b.iter_custom(|rounds| {
                on_threads(others, || (0..rounds).for_each(|_| thread::yield_now()))
            });
        });
    }
}

/// A step is one Collatz sequence, nobody else wants a turn.
fn manners(criterion: &mut Criterion) {
    const LIMIT: Duration = Duration::from_millis(1);
    let mut group = brief_group(criterion, "manners");
    let runtime = one_thread();
    let step = || {
        black_box(steps_from(black_box(97)));
    };
    group.bench_function("none", |b| {
        b.iter_custom(|steps| {
            runtime.block_on(on_tasks(1, || async move {
                (0..steps).for_each(|_| step());
            }))
        });
    });
    group.bench_function("consume_budget_after_each", |b| {
        b.iter_custom(|steps| {
            runtime.block_on(on_tasks(1, || async move {
                for _ in 0..steps {
                    step();
                    consume_budget().await;
                }
            }))
        });
    });
    group.bench_function("yield_now_after_each", |b| {
        b.iter_custom(|steps| {
            runtime.block_on(on_tasks(1, || async move {
                for _ in 0..steps {
                    step();
                    yield_now().await;
                }
            }))
        });
    });
    group.bench_function("yield_now_after_each_128", |b| {
        b.iter_custom(|steps| {
            runtime.block_on(on_tasks(1, || async move {
                for done in 1..=steps {
                    step();
                    if done % 128 == 0 {
                        yield_now().await;
                    }
                }
            }))
        });
    });
    group.bench_function("yield_now_after_1_ms", |b| {
        b.iter_custom(|steps| {
            runtime.block_on(on_tasks(1, || async move {
                let mut since = Instant::now();
                for _ in 0..steps {
                    step();
                    if since.elapsed() >= LIMIT {
                        yield_now().await;
                        since = Instant::now();
                    }
                }
            }))
        });
    });
}
