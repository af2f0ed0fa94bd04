//! Starting something and waiting for its result.

use std::{hint::black_box, thread};

use async_workbook_benches::{brief_group, one_thread, workers};
use criterion::{Criterion, Throughput, criterion_group};
use tokio::task::spawn_blocking;

criterion_group!(benches, spawn);

fn spawn(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "spawn");
    group.throughput(Throughput::Elements(1));
    group.bench_function("function_call", |b| b.iter(answer));
    group.bench_function("async_call", |b| {
        b.to_async(one_thread()).iter(|| async { answer() });
    });
    group.bench_function("boxed_async_call", |b| {
        b.to_async(one_thread())
            .iter(|| black_box(Box::pin(async { answer() })));
    });
    group.bench_function("task", |b| {
        b.to_async(one_thread())
            .iter(|| tokio::spawn(async { answer() }));
    });
    group.bench_function("task_on_2_workers", |b| {
        b.to_async(workers(2))
            .iter(|| tokio::spawn(async { answer() }));
    });
    group.bench_function("spawn_blocking", |b| {
        b.to_async(one_thread()).iter(|| spawn_blocking(answer));
    });
    group.bench_function("thread", |b| b.iter(|| thread::spawn(answer).join()));
}

fn answer() -> u64 {
    black_box(42)
}
