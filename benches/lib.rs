//! What benches share: how long they measure, and the runtimes they measure on.

use std::time::Duration;

use criterion::{BenchmarkGroup, Criterion, measurement::WallTime};
use tokio::runtime::{Builder, Runtime};

/// A group whose operations are short: a second sees many of them.
pub fn brief_group<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    group(criterion, name, 20)
}

/// A group whose operations mostly wait: a few samples tell as much as many.
pub fn slow_group<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    group(criterion, name, 10)
}

fn group<'a>(
    criterion: &'a mut Criterion,
    name: &str,
    samples: usize,
) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group
        .sample_size(samples)
        // So few samples hold no more, and the default takes seconds for each benchmark.
        .nresamples(5_000)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    group
}

/// A current-thread runtime.
///
/// # Panics
///
/// If the system grants none.
pub fn one_thread() -> Runtime {
    built(&mut Builder::new_current_thread())
}

/// A multi-threaded runtime. The thread that calls its `block_on` is not one of the workers.
///
/// # Panics
///
/// If the system grants none, or `workers` is 0.
pub fn workers(workers: usize) -> Runtime {
    built(Builder::new_multi_thread().worker_threads(workers))
}

fn built(builder: &mut Builder) -> Runtime {
    let runtime = builder.enable_all().build();
    runtime.expect("the system grants a runtime")
}
