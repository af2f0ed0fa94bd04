//! Giving way: how long until it is one's turn again, if nobody else wants anything, and how long
//! each of ten takes that give way all the time.

use std::thread;

use async_workbook_benches::{brief_group, one_thread};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use tokio::task::yield_now;

use crate::{on_tasks, on_threads};

criterion_group!(benches, yielding);

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
