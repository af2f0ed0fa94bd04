//! Two producers, three consumers and a short queue between them.

use std::{sync::Arc, time::Duration};

use stage::Instrument;
use tokio::{
    sync::{Mutex, mpsc},
    task::JoinSet,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

use super::queue::{BadCapacity, SharedReceiver, bounded};

const TO_PRODUCE: Duration = Duration::from_millis(100);
const TO_CONSUME: Duration = Duration::from_millis(400);

/// Every item reaches exactly one consumer, and everybody ends: the producers when they are
/// done, the consumers when the queue is closed and empty.
///
/// Returns, for each consumer, what it was given.
///
/// # Errors
///
/// If `capacity` is not one that a queue can have.
pub async fn two_and_three(capacity: usize) -> Result<Vec<Vec<String>>, BadCapacity> {
    let (queue, items) = bounded(capacity)?;
    let producers = start_producers(&queue);
    let consumers: JoinSet<_> = ["x", "y", "z"]
        .map(|name| consume(items.clone()).instrument(info_span!("consumer", name)))
        .into_iter()
        .collect();
    // What is left are the handles of those who use them.
    drop((queue, items));
    producers.join_all().await;
    Ok(consumers.join_all().await)
}

/// One handle too many: as long as `queue` lives, somebody might still send. The consumers wait
/// for that until the story gives them up after `patience`; `None` says that it did.
///
/// # Errors
///
/// If `capacity` is not one that a queue can have.
pub async fn forgotten_sender_wrong(
    capacity: usize,
    patience: Duration,
) -> Result<Option<Vec<Vec<String>>>, BadCapacity> {
    let (queue, items) = bounded(capacity)?;
    let producers = start_producers(&queue);
    let consumers: JoinSet<_> = ["x", "y", "z"]
        .map(|name| consume(items.clone()).instrument(info_span!("consumer", name)))
        .into_iter()
        .collect();
    producers.join_all().await;
    Ok(timeout(patience, consumers.join_all()).await.ok())
}

/// The lock is taken in the head of `while let`, and what is taken there is held through the
/// body: only one consumer works at a time.
pub async fn one_at_a_time_wrong() -> Vec<Vec<String>> {
    let (queue, items) = mpsc::channel(5);
    let items = Arc::new(Mutex::new(items));
    let producers = start_producers(&queue);
    let consumers: JoinSet<_> = ["x", "y", "z"]
        .map(|name| hog(Arc::clone(&items)).instrument(info_span!("consumer", name)))
        .into_iter()
        .collect();
    drop((queue, items));
    producers.join_all().await;
    consumers.join_all().await
}

fn start_producers(queue: &mpsc::Sender<String>) -> JoinSet<()> {
    [("A", 8), ("B", 6)]
        .map(|(name, count)| {
            produce(name, count, queue.clone()).instrument(info_span!("producer", name))
        })
        .into_iter()
        .collect()
}

async fn produce(name: &str, count: u32, queue: mpsc::Sender<String>) {
    for number in 1..=count {
        sleep(TO_PRODUCE).await;
        let item = format!("{name}{number}");
        if queue.send(item.clone()).await.is_err() {
            info!("nobody takes any more");
            return;
        }
        info!("{item}");
    }
}

async fn consume(items: SharedReceiver<String>) -> Vec<String> {
    let mut consumed = Vec::new();
    while let Some(item) = items.recv().await {
        info!("{item}");
        sleep(TO_CONSUME).await;
        consumed.push(item);
    }
    consumed
}

async fn hog(items: Arc<Mutex<mpsc::Receiver<String>>>) -> Vec<String> {
    let mut consumed = Vec::new();
    while let Some(item) = items.lock().await.recv().await {
        info!("{item}");
        sleep(TO_CONSUME).await;
        consumed.push(item);
    }
    consumed
}
