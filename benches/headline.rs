//! The chapters' headline claims on the real clock, a second scaled to five milliseconds:
//! much shorter, and Tokio's timer, which ticks in milliseconds, would be what is measured.

use std::{thread, time::Duration};

use async_workbook_benches::{one_thread, slow_group};
use criterion::{Criterion, criterion_group, criterion_main};
use futures::future::join_all;
use tokio::{sync::Semaphore, time::sleep};

const SECOND: Duration = Duration::from_millis(5);

fn fetches(criterion: &mut Criterion) {
    let mut group = slow_group(criterion, "fetches");
    group.bench_function("blocking", |b| b.iter(|| block_in_turn(3)));
    group.bench_function("async_in_turn", |b| {
        b.to_async(one_thread()).iter(|| await_in_turn(3));
    });
    group.bench_function("joined", |b| b.to_async(one_thread()).iter(|| joined(3)));
}

fn sites(criterion: &mut Criterion) {
    let mut group = slow_group(criterion, "sites");
    group.bench_function("in_turn", |b| b.iter(|| block_in_turn(100)));
    group.bench_function("threads", |b| b.iter(|| on_threads(100)));
    group.bench_function("joined", |b| b.to_async(one_thread()).iter(|| joined(100)));
}

/// Coffee takes 3 s, toast 2 s.
fn breakfast(criterion: &mut Criterion) {
    let mut group = slow_group(criterion, "breakfast");
    group.bench_function("in_turn", |b| {
        b.to_async(one_thread()).iter(|| async {
            sleep(3 * SECOND).await;
            sleep(2 * SECOND).await;
        });
    });
    group.bench_function("spawned", |b| {
        b.to_async(one_thread()).iter(|| async {
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
            b.to_async(one_thread()).iter(|| at_most(at_once, 10));
        });
    }
}

fn twenty_calls(criterion: &mut Criterion) {
    let mut group = slow_group(criterion, "twenty_calls");
    group.bench_function("sequential", |b| {
        b.to_async(one_thread()).iter(|| await_in_turn(20));
    });
    group.bench_function("limited", |b| {
        b.to_async(one_thread()).iter(|| at_most(5, 20));
    });
    group.bench_function("unlimited", |b| {
        b.to_async(one_thread()).iter(|| joined(20));
    });
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
    let permits = Semaphore::new(at_once);
    let wait = async |_| {
        let _permit = permits.acquire().await.expect("nobody closes it");
        sleep(SECOND).await;
    };
    join_all((0..waits).map(wait)).await;
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
