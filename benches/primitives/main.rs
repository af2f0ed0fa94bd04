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

use criterion::criterion_main;

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
