//! Channels, one message at a time: one producer and four, bounded and not.
//!
//! Tasks share one thread or two workers; threads have one core each, as far as there are cores.

use std::{
    sync::mpsc as std_mpsc,
    thread,
    time::{Duration, Instant},
};

use async_workbook_benches::{brief_group, one_thread, workers};
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, measurement::WallTime,
};
use tokio::{runtime::Runtime, sync::mpsc};

criterion_group!(benches, bounded, unbounded);

const CAPACITY: usize = 100;
const LISTENS: &str = "the consumer listens to the end";

fn bounded(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "channel_of_100");
    group.throughput(Throughput::Elements(1));
    for producers in [1, 4] {
        for (place, runtime) in runtimes() {
            tasks(&mut group, place, &runtime, producers, || {
                let (sender, mut receiver) = mpsc::channel(CAPACITY);
                let send = move |messages| {
                    let sender = sender.clone();
                    async move {
                        for message in 0..messages {
                            sender.send(message).await.expect(LISTENS);
                        }
                    }
                };
                (
                    send,
                    async move { while receiver.recv().await.is_some() {} },
                )
            });
        }
        threads(&mut group, "std_threads", producers, || {
            let (sender, receiver) = std_mpsc::sync_channel(CAPACITY);
            let send = move |message| sender.send(message).expect(LISTENS);
            (send, move || receiver.iter().for_each(drop::<u64>))
        });
        threads(&mut group, "crossbeam_threads", producers, || {
            let (sender, receiver) = crossbeam_channel::bounded(CAPACITY);
            let send = move |message| sender.send(message).expect(LISTENS);
            (send, move || receiver.iter().for_each(drop::<u64>))
        });
    }
}

fn unbounded(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "channel_unbounded");
    group.throughput(Throughput::Elements(1));
    for producers in [1, 4] {
        for (place, runtime) in runtimes() {
            tasks(&mut group, place, &runtime, producers, || {
                let (sender, mut receiver) = mpsc::unbounded_channel();
                let send = move |messages| {
                    let sender = sender.clone();
                    async move {
                        for message in 0..messages {
                            sender.send(message).expect(LISTENS);
                        }
                    }
                };
                (
                    send,
                    async move { while receiver.recv().await.is_some() {} },
                )
            });
        }
        threads(&mut group, "std_threads", producers, || {
            let (sender, receiver) = std_mpsc::channel();
            let send = move |message| sender.send(message).expect(LISTENS);
            (send, move || receiver.iter().for_each(drop::<u64>))
        });
        threads(&mut group, "crossbeam_threads", producers, || {
            let (sender, receiver) = crossbeam_channel::unbounded();
            let send = move |message| sender.send(message).expect(LISTENS);
            (send, move || receiver.iter().for_each(drop::<u64>))
        });
    }
}

fn runtimes() -> [(&'static str, Runtime); 2] {
    [
        ("tokio_tasks_on_1_thread", one_thread()),
        ("tokio_tasks_on_2_workers", workers(2)),
    ]
}

/// `open` makes a channel: how a producer sends so many messages, and how the consumer takes all.
fn tasks<S, P, C>(
    group: &mut BenchmarkGroup<WallTime>,
    name: &str,
    runtime: &Runtime,
    producers: u64,
    open: impl Fn() -> (S, C),
) where
    S: Fn(u64) -> P,
    P: Future<Output = ()> + Send + 'static,
    C: Future<Output = ()> + Send + 'static,
{
    group.bench_function(id(name, producers), |b| {
        b.iter_custom(|messages| {
            runtime.block_on(async {
                let (send, consumer) = open();
                let start = Instant::now();
                let consumer = tokio::spawn(consumer);
                for part in parts(messages, producers) {
                    tokio::spawn(send(part));
                }
                // The channel closes when the last producer is done, and that ends the consumer.
                drop(send);
                consumer.await.expect("no task panics");
                start.elapsed()
            })
        });
    });
}

fn threads<S, C>(
    group: &mut BenchmarkGroup<WallTime>,
    name: &str,
    producers: u64,
    open: impl Fn() -> (S, C),
) where
    S: Fn(u64) + Clone + Send,
    C: FnOnce() + Send,
{
    group.bench_function(id(name, producers), |b| {
        b.iter_custom(|messages| {
            let (send, consume) = open();
            pass(messages, producers, send, consume)
        });
    });
}

fn pass(
    messages: u64,
    producers: u64,
    send: impl Fn(u64) + Clone + Send,
    consume: impl FnOnce() + Send,
) -> Duration {
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(consume);
        for part in parts(messages, producers) {
            let send = send.clone();
            scope.spawn(move || (0..part).for_each(send));
        }
        drop(send);
    });
    start.elapsed()
}

/// As equal as can be.
fn parts(messages: u64, producers: u64) -> impl Iterator<Item = u64> {
    (0..producers).map(move |index| messages / producers + u64::from(index < messages % producers))
}

fn id(name: &str, producers: u64) -> BenchmarkId {
    let plural = if producers == 1 { "" } else { "s" };
    BenchmarkId::new(name, format!("{producers}_producer{plural}"))
}
