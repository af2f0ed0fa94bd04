//! Starting a task and waiting for its value, one after the other.

use std::hint::black_box;

use async_workbook::ch14_executor::{current, workers_1, workers_2};
use async_workbook_benches::{brief_group, one_thread, workers};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use futures::{executor::LocalPool, task::LocalSpawnExt};

use crate::{ours, timed};

criterion_group!(benches, spawn);

fn spawn(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "executor_spawn");
    group.throughput(Throughput::Elements(1));
    group.bench_function(BenchmarkId::new("ours", "1_thread"), |b| {
        b.iter_custom(|rounds| ours().block_on(timed(with_ours(rounds))));
    });
    group.bench_function(BenchmarkId::new("ours_shared_queue", "2_workers"), |b| {
        let workers = workers_1::Workers::new(2);
        b.iter_custom(|rounds| workers.block_on(timed(with_ours(rounds))));
    });
    group.bench_function(BenchmarkId::new("ours_stealing", "2_workers"), |b| {
        let workers = workers_2::Workers::new(2);
        b.iter_custom(|rounds| workers.block_on(timed(with_ours(rounds))));
    });
    group.bench_function(BenchmarkId::new("tokio", "1_thread"), |b| {
        let runtime = one_thread();
        b.iter_custom(|rounds| runtime.block_on(timed(with_tokio(rounds))));
    });
    group.bench_function(BenchmarkId::new("tokio", "2_workers"), |b| {
        let runtime = workers(2);
        b.iter_custom(|rounds| runtime.block_on(timed(with_tokio(rounds))));
    });
    group.bench_function(BenchmarkId::new("smol", "1_thread"), |b| {
        let executor = smol::LocalExecutor::new();
        b.iter_custom(|rounds| {
            let work = async {
                for _ in 0..rounds {
                    black_box(executor.spawn(async { answer() }).await);
                }
            };
            smol::block_on(executor.run(timed(work)))
        });
    });
    group.bench_function(BenchmarkId::new("futures", "1_thread"), |b| {
        b.iter_custom(|rounds| {
            let mut pool = LocalPool::new();
            let spawner = pool.spawner();
            pool.run_until(timed(async {
                for _ in 0..rounds {
                    let task = spawner.spawn_local_with_handle(async { answer() });
                    black_box(task.expect("the pool is there").await);
                }
            }))
        });
    });
}

async fn with_ours(rounds: u64) {
    for _ in 0..rounds {
        let value = current::spawn(async { answer() }).await;
        black_box(value.expect("no task panics"));
    }
}

async fn with_tokio(rounds: u64) {
    for _ in 0..rounds {
        let value = tokio::spawn(async { answer() }).await;
        black_box(value.expect("no task panics"));
    }
}

fn answer() -> u64 {
    black_box(42)
}
