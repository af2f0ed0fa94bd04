//! What recording costs: one poll of a future with a lane and without, and one event.

use std::hint::black_box;

use async_workbook::stage::{Instrument, record, virtual_time};
use async_workbook_benches::brief_group;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tokio::task::yield_now;
use tracing::{info, info_span};

/// Polls in one story. A story is set up once, so its cost disappears among them.
const POLLS: u64 = 10_000;

fn poll(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "stage_poll");
    group.throughput(Throughput::Elements(POLLS));
    group.bench_function("plain", |b| b.iter(|| virtual_time(polled_often())));
    group.bench_function("recorded", |b| {
        b.iter(|| record(async { polled_often().instrument(info_span!("often")).await }));
    });
}

async fn polled_often() {
    for _ in 0..POLLS {
        yield_now().await;
    }
}

fn event(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "stage_event");
    for events in [1_000_u64, 10_000] {
        group.throughput(Throughput::Elements(events));
        group.bench_function(BenchmarkId::from_parameter(events), |b| {
            b.iter(|| record(async move { (0..events).for_each(|event| info!(event, "told")) }));
        });
    }
}

fn lanes(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "stage_lanes");
    for lanes in [100_u64, 1_000] {
        group.throughput(Throughput::Elements(lanes));
        group.bench_function(BenchmarkId::from_parameter(lanes), |b| {
            b.iter(|| {
                record(async move {
                    for lane in 0..lanes {
                        async { black_box(lane) }
                            .instrument(info_span!("lane", lane))
                            .await;
                    }
                })
            });
        });
    }
}

criterion_group!(benches, poll, event, lanes);
criterion_main!(benches);
