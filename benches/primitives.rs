//! What the parts cost: a task beside a thread, one operation at a time.

use std::{hint::black_box, thread, time::Duration};

use criterion::{Criterion, criterion_group, criterion_main};
use tokio::runtime::{Builder, Runtime};

/// Starting something and waiting for its result.
fn spawn(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("spawn");
    group.measurement_time(Duration::from_secs(2));
    group.bench_function("function_call", |b| b.iter(|| black_box(answer())));
    group.bench_function("async_call", |b| {
        b.to_async(runtime())
            .iter(|| async { black_box(async { answer() }.await) });
    });
    group.bench_function("task", |b| {
        b.to_async(runtime())
            .iter(|| tokio::spawn(async { black_box(answer()) }));
    });
    group.bench_function("thread", |b| {
        b.iter(|| thread::spawn(|| black_box(answer())).join());
    });
}

fn answer() -> u64 {
    black_box(42)
}

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("the system grants a runtime")
}

criterion_group!(benches, spawn);
criterion_main!(benches);
