//! The chapters' headline claims on the real clock, a second scaled to five milliseconds:
//! much shorter, and Tokio's timer, which ticks in milliseconds, would be what is measured.

use std::{thread, time::Duration};

use criterion::{
    BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime,
};
use futures::{StreamExt, future::join_all, stream};
use tokio::{
    runtime::{Builder, Runtime},
    time::sleep,
};

const SECOND: Duration = Duration::from_millis(5);

fn fetches(criterion: &mut Criterion) {
    let mut group = slow_group(criterion, "fetches");
    group.bench_function("blocking", |b| b.iter(|| block_in_turn(3)));
    group.bench_function("async_in_turn", |b| {
        b.to_async(runtime()).iter(|| await_in_turn(3));
    });
    group.bench_function("joined", |b| b.to_async(runtime()).iter(|| joined(3)));
}

fn sites(criterion: &mut Criterion) {
    let mut group = slow_group(criterion, "sites");
    group.bench_function("in_turn", |b| b.iter(|| block_in_turn(100)));
    group.bench_function("threads", |b| b.iter(|| on_threads(100)));
    group.bench_function("joined", |b| b.to_async(runtime()).iter(|| joined(100)));
}

/// Coffee takes 3 s, toast 2 s.
fn breakfast(criterion: &mut Criterion) {
    let mut group = slow_group(criterion, "breakfast");
    group.bench_function("in_turn", |b| {
        b.to_async(runtime()).iter(|| async {
            sleep(3 * SECOND).await;
            sleep(2 * SECOND).await;
        });
    });
    group.bench_function("spawned", |b| {
        b.to_async(runtime()).iter(|| async {
            let coffee = tokio::spawn(sleep(3 * SECOND));
            let toast = tokio::spawn(sleep(2 * SECOND));
            tokio::try_join!(coffee, toast)
        });
    });
}

fn ten_jobs(criterion: &mut Criterion) {
    let mut group = slow_group(criterion, "ten_jobs");
    for at_once in [1, 3, 10] {
        group.bench_function(format!("{at_once}_at_a_time"), |b| {
            b.to_async(runtime()).iter(|| at_most(at_once, 10));
        });
    }
}

fn twenty_calls(criterion: &mut Criterion) {
    let mut group = slow_group(criterion, "twenty_calls");
    group.bench_function("sequential", |b| {
        b.to_async(runtime()).iter(|| await_in_turn(20));
    });
    group.bench_function("limited", |b| b.to_async(runtime()).iter(|| at_most(5, 20)));
    group.bench_function("unlimited", |b| b.to_async(runtime()).iter(|| joined(20)));
}

/// These mostly wait; a few samples tell as much as many.
fn slow_group<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group
        .sample_size(10)
        // So few samples hold no more, and the default takes seconds for each benchmark.
        .nresamples(5_000)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    group
}

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("the system grants a runtime")
}

fn block_in_turn(waits: u32) {
    for _ in 0..waits {
        thread::sleep(SECOND);
    }
}

async fn await_in_turn(waits: u32) {
    for _ in 0..waits {
        sleep(SECOND).await;
    }
}

async fn joined(waits: u32) {
    join_all((0..waits).map(|_| sleep(SECOND))).await;
}

async fn at_most(at_once: usize, waits: u32) {
    stream::iter(0..waits)
        .for_each_concurrent(at_once, |_| sleep(SECOND))
        .await;
}

fn on_threads(waits: u32) {
    thread::scope(|scope| {
        for _ in 0..waits {
            scope.spawn(|| thread::sleep(SECOND));
        }
    });
}

criterion_group!(benches, fetches, sites, breakfast, ten_jobs, twenty_calls);
criterion_main!(benches);
