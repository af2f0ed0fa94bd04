//! Wrong: a bigger queue than was asked for.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use stage::Instrument;
use tokio::{sync::mpsc, time::sleep};
use tracing::info_span;

const TAKE: Duration = Duration::from_millis(10);

/// Takes so many pictures and sends them, `network` for each; the answer is what arrived.
async fn deer(pictures: u32, network: Duration, room: usize, memory: &Memory) -> Vec<u32> {
    let (queue, mut waiting) = mpsc::channel(2 * room);
    let camera = async move {
        for number in 1..=pictures {
            sleep(TAKE).await;
            let picture = memory.picture(number);
            queue.send(picture).await.expect("the sender listens");
        }
    }
    .instrument(info_span!("camera"));
    let sender = async {
        let mut arrived = Vec::new();
        while let Some(picture) = waiting.recv().await {
            sleep(network).await;
            arrived.push(picture.number);
        }
        arrived
    }
    .instrument(info_span!("sender"));
    let ((), arrived) = tokio::join!(camera, sender);
    arrived
}

// From here on as in the solution:
// /// Counts the pictures that are in memory.
