//! What the parts cost, one operation at a time: Tokio beside std, `parking_lot` and crossbeam.
//!
//! A parameter says where several threads are needed; everything else runs on one.

mod channels;
mod limits;
mod locks;
mod shared;
mod spawn;
mod timers;
mod wake;
mod yielding;

use std::{
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use criterion::{BenchmarkGroup, Criterion, criterion_main, measurement::WallTime};
use tokio::runtime::{Builder, Runtime};

criterion_main!(
    spawn::benches,
    wake::benches,
    yielding::benches,
    locks::benches,
    shared::benches,
    channels::benches,
    limits::benches,
    timers::benches,
);

/// There are many of these, and each operation is short: a second sees millions of them.
fn brief_group<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group
        .sample_size(20)
        // So few samples hold no more, and the default takes seconds for each benchmark.
        .nresamples(5_000)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    group
}

fn one_thread() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("the system grants a runtime")
}

fn two_workers() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("the system grants a runtime")
}

/// How long threads need that all do this work at once; starting them hardly counts.
fn on_threads(threads: usize, work: impl Fn() + Sync) -> Duration {
    let start = Barrier::new(threads + 1);
    let started = thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                start.wait();
                work();
            });
        }
        // Not after the wait: with every core at work, this thread would come to look at the clock
        // when half of it is done.
        let now = Instant::now();
        start.wait();
        now
    });
    started.elapsed()
}

/// How long as many tasks need for what `work` makes; spawning them does count.
async fn on_tasks<F>(tasks: usize, work: impl Fn() -> F) -> Duration
where
    F: Future<Output = ()> + Send + 'static,
{
    let start = Instant::now();
    let tasks: Vec<_> = (0..tasks).map(|_| tokio::spawn(work())).collect();
    for task in tasks {
        task.await.expect("no task panics");
    }
    start.elapsed()
}
