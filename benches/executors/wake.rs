//! There and back between two tasks, over the same channels everywhere: two wake-ups.

use std::time::Duration;

use async_workbook::ch14_executor::{current, sync::mpsc, workers_1, workers_2};
use async_workbook_benches::{brief_group, one_thread, workers};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use futures::{executor::LocalPool, task::LocalSpawnExt};

use crate::{ours, timed};

criterion_group!(benches, wake);

fn wake(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "executor_wake");
    group.throughput(Throughput::Elements(2));
    group.bench_function(BenchmarkId::new("ours", "1_thread"), |b| {
        b.iter_custom(|rounds| ours().block_on(with_ours(rounds)));
    });
    group.bench_function(BenchmarkId::new("ours_shared_queue", "2_workers"), |b| {
        let workers = workers_1::Workers::new(2);
        b.iter_custom(|rounds| workers.block_on(with_ours(rounds)));
    });
    group.bench_function(BenchmarkId::new("ours_stealing", "2_workers"), |b| {
        let workers = workers_2::Workers::new(2);
        b.iter_custom(|rounds| workers.block_on(with_ours(rounds)));
    });
    group.bench_function(BenchmarkId::new("tokio", "1_thread"), |b| {
        let runtime = one_thread();
        b.iter_custom(|rounds| runtime.block_on(with_tokio(rounds)));
    });
    group.bench_function(BenchmarkId::new("tokio", "2_workers"), |b| {
        let runtime = workers(2);
        b.iter_custom(|rounds| runtime.block_on(with_tokio(rounds)));
    });
    group.bench_function(BenchmarkId::new("smol", "1_thread"), |b| {
        let executor = smol::LocalExecutor::new();
        b.iter_custom(|rounds| {
            let (ball, echo) = pair(rounds);
            let work = async {
                executor.spawn(echo).detach();
                executor.spawn(timed(ball)).await
            };
            smol::block_on(executor.run(work))
        });
    });
    group.bench_function(BenchmarkId::new("futures", "1_thread"), |b| {
        b.iter_custom(|rounds| {
            let (ball, echo) = pair(rounds);
            let mut pool = LocalPool::new();
            let spawner = pool.spawner();
            spawner.spawn_local(echo).expect("the pool is there");
            let ball = spawner.spawn_local_with_handle(timed(ball));
            pool.run_until(ball.expect("the pool is there"))
        });
    });
}

/// One who sends a ball so often and waits for it, and one who sends it back.
fn pair(
    rounds: u64,
) -> (
    impl Future<Output = ()> + Send + 'static,
    impl Future<Output = ()> + Send + 'static,
) {
    let (out, mut inbox) = mpsc::channel(1);
    let (reply, mut answers) = mpsc::channel(1);
    let ball = async move {
        for ball in 0..rounds {
            out.send(ball).await.expect("the other side listens");
            answers.recv().await.expect("the other side answers");
        }
    };
    let echo = async move {
        while let Some(ball) = inbox.recv().await {
            reply.send(ball).await.expect("the other side listens");
        }
    };
    (ball, echo)
}

async fn with_ours(rounds: u64) -> Duration {
    let (ball, echo) = pair(rounds);
    drop(current::spawn(echo));
    current::spawn(timed(ball)).await.expect("no task panics")
}

async fn with_tokio(rounds: u64) -> Duration {
    let (ball, echo) = pair(rounds);
    drop(tokio::spawn(echo));
    tokio::spawn(timed(ball)).await.expect("no task panics")
}
