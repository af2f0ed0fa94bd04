//! A timer set and given up again, as every time-out is that was not needed, while others wait.

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use futures::{FutureExt, future::join_all};
use tokio::time::sleep;

use crate::{brief_group, one_thread};

criterion_group!(benches, timers);

const HOUR: Duration = Duration::from_hours(1);

fn timers(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "timer_set_and_cancelled");
    group.throughput(Throughput::Elements(1));
    for others in [1_000_u32, 100_000] {
        let runtime = one_thread();
        let waiting = runtime.spawn(async move {
            let until = |other: u32| sleep(HOUR + Duration::from_millis(other.into()));
            join_all((1..=others).map(until)).await;
        });
        // Polled once, all of them are registered.
        runtime.block_on(tokio::task::yield_now());
        group.bench_function(BenchmarkId::new("tokio_others_waiting", others), |b| {
            b.to_async(&runtime)
                // The first poll registers it, the drop takes it out.
                .iter(|| async { sleep(HOUR).now_or_never().is_none() });
        });
        waiting.abort();
    }
}
