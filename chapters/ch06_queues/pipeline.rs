//! Sources, three workers, a collector; and how the end of the input travels through them.

use std::{ops::RangeInclusive, time::Duration};

use stage::Instrument;
use tokio::{sync::mpsc, task::JoinSet, time::sleep};
use tracing::{info, info_span};

use super::queue::SharedReceiver;

const WORKERS: u32 = 3;
const ROOM: usize = 3;
const BETWEEN_ITEMS: Duration = Duration::from_millis(100);

/// The end of the input is a closed queue: when the last source is done, the workers are; when
/// the last worker is done, the collector is. Nobody counts anybody.
pub async fn closing(inputs: Vec<RangeInclusive<u32>>) -> Vec<u32> {
    let (jobs, work) = mpsc::channel(ROOM);
    let work = SharedReceiver::from(work);
    let (results, collected) = mpsc::channel(ROOM);

    let mut tasks = JoinSet::new();
    for (input, id) in inputs.into_iter().zip(1..) {
        tasks.spawn(source(input, jobs.clone()).instrument(info_span!("source", id)));
    }
    for id in 1..=WORKERS {
        let worker = worker(work.clone(), results.clone());
        tasks.spawn(worker.instrument(info_span!("worker", id)));
    }
    drop((jobs, work, results));
    let squares = collect(collected).instrument(info_span!("collector")).await;
    tasks.join_all().await;
    squares
}

/// The end of the input is an item: each source sends `None` once per worker. With one source
/// that works. With two, the first to finish sends all the workers home.
pub async fn sentinel_wrong(inputs: Vec<RangeInclusive<u32>>) -> Vec<u32> {
    let (jobs, work) = mpsc::channel(ROOM);
    let work = SharedReceiver::from(work);
    let (results, collected) = mpsc::channel(ROOM);

    let mut tasks = JoinSet::new();
    for (input, id) in inputs.into_iter().zip(1..) {
        tasks.spawn(sentinel_source(input, jobs.clone()).instrument(info_span!("source", id)));
    }
    for id in 1..=WORKERS {
        let worker = sentinel_worker(work.clone(), results.clone());
        tasks.spawn(worker.instrument(info_span!("worker", id)));
    }
    drop((jobs, work, results));
    let squares = collect(collected).instrument(info_span!("collector")).await;
    tasks.join_all().await;
    squares
}

async fn source(input: RangeInclusive<u32>, jobs: mpsc::Sender<u32>) {
    for number in input {
        sleep(BETWEEN_ITEMS).await;
        if jobs.send(number).await.is_err() {
            info!("nobody takes {number}");
            return;
        }
    }
}

async fn worker(work: SharedReceiver<u32>, results: mpsc::Sender<u32>) {
    while let Some(number) = work.recv().await {
        let square = square(number).await;
        if results.send(square).await.is_err() {
            return;
        }
    }
}

async fn collect(mut results: mpsc::Receiver<u32>) -> Vec<u32> {
    let mut squares = Vec::new();
    while let Some(square) = results.recv().await {
        info!("{square}");
        squares.push(square);
    }
    squares
}

/// Takes 200 to 400 ms, so results overtake one another.
async fn square(number: u32) -> u32 {
    info!("{number}");
    sleep(Duration::from_millis(200 + 100 * u64::from(number % 3))).await;
    number * number
}

async fn sentinel_source(input: RangeInclusive<u32>, jobs: mpsc::Sender<Option<u32>>) {
    for number in input {
        sleep(BETWEEN_ITEMS).await;
        if jobs.send(Some(number)).await.is_err() {
            info!("nobody takes {number}");
            return;
        }
    }
    for _ in 0..WORKERS {
        // Fails if another source has sent the workers home.
        let _ = jobs.send(None).await;
    }
}

async fn sentinel_worker(work: SharedReceiver<Option<u32>>, results: mpsc::Sender<u32>) {
    while let Some(Some(number)) = work.recv().await {
        let square = square(number).await;
        if results.send(square).await.is_err() {
            return;
        }
    }
}
