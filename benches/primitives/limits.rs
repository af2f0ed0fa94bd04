//! A thousand jobs, no more than ten at a time: by permits, by workers, by a stream.

use std::sync::Arc;

use async_workbook_benches::{brief_group, one_thread};
use criterion::{Criterion, Throughput, criterion_group};
use futures::{StreamExt, stream};
use tokio::{
    sync::{Mutex, Semaphore, mpsc},
    task::{JoinSet, yield_now},
};

criterion_group!(benches, permit, limits);

const JOBS: u32 = 1_000;
const AT_ONCE: usize = 10;

fn permit(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "permit");
    group.throughput(Throughput::Elements(1));
    let places = Semaphore::new(AT_ONCE);
    group.bench_function("try_acquire", |b| b.iter(|| places.try_acquire().is_ok()));
    group.bench_function("acquire", |b| {
        b.to_async(one_thread())
            .iter(|| async { places.acquire().await.is_ok() });
    });
}

fn limits(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "limit_10_of_1000");
    group.throughput(Throughput::Elements(JOBS.into()));
    group.bench_function("no_limit", |b| b.to_async(one_thread()).iter(no_limit));
    group.bench_function("semaphore", |b| b.to_async(one_thread()).iter(semaphore));
    group.bench_function("workers", |b| b.to_async(one_thread()).iter(workers));
    group.bench_function("for_each_concurrent", |b| {
        b.to_async(one_thread())
            .iter(|| stream::iter(0..JOBS).for_each_concurrent(AT_ONCE, |_| job()));
    });
}

async fn no_limit() {
    let jobs: JoinSet<()> = (0..JOBS).map(|_| job()).collect();
    jobs.join_all().await;
}

/// A task for every job; those without a permit wait.
async fn semaphore() {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let jobs: JoinSet<()> = (0..JOBS)
        .map(|_| {
            let places = Arc::clone(&places);
            async move {
                let _place = places.acquire().await.expect("nobody closes it");
                job().await;
            }
        })
        .collect();
    jobs.join_all().await;
}

/// A task for every place; the jobs wait in a channel.
async fn workers() {
    let (jobs, waiting) = mpsc::channel(AT_ONCE);
    let waiting = Arc::new(Mutex::new(waiting));
    let workers: JoinSet<()> = (0..AT_ONCE)
        .map(|_| {
            let waiting = Arc::clone(&waiting);
            async move {
                while let Some(number) = next(&waiting).await {
                    std::hint::black_box::<u32>(number);
                    job().await;
                }
            }
        })
        .collect();
    for number in 0..JOBS {
        jobs.send(number).await.expect("the workers listen");
    }
    drop(jobs);
    workers.join_all().await;
}

async fn next(waiting: &Mutex<mpsc::Receiver<u32>>) -> Option<u32> {
    waiting.lock().await.recv().await
}

/// Waits once, for as short as can be: what is measured is the way to get here.
async fn job() {
    yield_now().await;
}
