//! There and back between two who wait for each other: two wake-ups.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
        mpsc as std_mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use async_workbook_benches::{brief_group, one_thread, workers};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use tokio::{
    runtime::Runtime,
    sync::{Notify, mpsc},
};

criterion_group!(benches, wake);

fn wake(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "wake");
    group.throughput(Throughput::Elements(2));
    let runtime = one_thread();
    group.bench_function(BenchmarkId::new("tasks_notify", "1_thread"), |b| {
        b.iter_custom(|rounds| as_task(&runtime, tasks_notify(rounds)));
    });
    group.bench_function(BenchmarkId::new("tasks_mpsc", "1_thread"), |b| {
        b.iter_custom(|rounds| as_task(&runtime, tasks_mpsc(rounds)));
    });
    // Two tasks on two workers would mostly stay together on one of them. This future has a thread
    // of its own, outside of the worker on which the other one is.
    let runtime = workers(1);
    group.bench_function(BenchmarkId::new("tasks_notify", "2_threads"), |b| {
        b.iter_custom(|rounds| runtime.block_on(tasks_notify(rounds)));
    });
    group.bench_function(BenchmarkId::new("tasks_mpsc", "2_threads"), |b| {
        b.iter_custom(|rounds| runtime.block_on(tasks_mpsc(rounds)));
    });
    group.bench_function(BenchmarkId::new("threads_park", "2_threads"), |b| {
        b.iter_custom(threads_park);
    });
    group.bench_function(BenchmarkId::new("threads_mpsc", "2_threads"), |b| {
        b.iter_custom(threads_mpsc);
    });
}

/// As a task like the other one, rather than as the future of `block_on`.
fn as_task(runtime: &Runtime, work: impl Future<Output = Duration> + Send + 'static) -> Duration {
    runtime
        .block_on(runtime.spawn(work))
        .expect("no task panics")
}

async fn tasks_notify(rounds: u64) -> Duration {
    let (there, back) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let echo = tokio::spawn({
        let (there, back) = (Arc::clone(&there), Arc::clone(&back));
        async move {
            for _ in 0..rounds {
                there.notified().await;
                back.notify_one();
            }
        }
    });
    let start = Instant::now();
    for _ in 0..rounds {
        there.notify_one();
        back.notified().await;
    }
    let elapsed = start.elapsed();
    echo.await.expect("no task panics");
    elapsed
}

async fn tasks_mpsc(rounds: u64) -> Duration {
    let (out, mut inbox) = mpsc::channel(1);
    let (reply, mut answers) = mpsc::channel(1);
    let echo = tokio::spawn(async move {
        while let Some(ball) = inbox.recv().await {
            reply.send(ball).await.expect("the other side listens");
        }
    });
    let start = Instant::now();
    for ball in 0..rounds {
        out.send(ball).await.expect("the other side listens");
        answers.recv().await.expect("the other side answers");
    }
    let elapsed = start.elapsed();
    drop(out);
    echo.await.expect("no task panics");
    elapsed
}

fn threads_park(rounds: u64) -> Duration {
    let turn = Arc::new(AtomicU64::new(0));
    // Parking may end without reason; only the count says whose turn it is.
    let wait_for = |turn: &AtomicU64, number| {
        while turn.load(SeqCst) < number {
            thread::park();
        }
    };
    let here = thread::current();
    let echo = thread::spawn({
        let turn = Arc::clone(&turn);
        move || {
            for round in 0..rounds {
                wait_for(&turn, 2 * round + 1);
                turn.store(2 * round + 2, SeqCst);
                here.unpark();
            }
        }
    });
    let start = Instant::now();
    for round in 0..rounds {
        turn.store(2 * round + 1, SeqCst);
        echo.thread().unpark();
        wait_for(&turn, 2 * round + 2);
    }
    let elapsed = start.elapsed();
    echo.join().expect("no thread panics");
    elapsed
}

fn threads_mpsc(rounds: u64) -> Duration {
    let (out, inbox) = std_mpsc::sync_channel(1);
    let (reply, answers) = std_mpsc::sync_channel(1);
    let echo = thread::spawn(move || {
        for ball in inbox {
            reply.send(ball).expect("the other side listens");
        }
    });
    let start = Instant::now();
    for ball in 0..rounds {
        out.send(ball).expect("the other side listens");
        answers.recv().expect("the other side answers");
    }
    let elapsed = start.elapsed();
    drop(out);
    echo.join().expect("no thread panics");
    elapsed
}
