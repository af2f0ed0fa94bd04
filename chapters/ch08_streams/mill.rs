//! Sacks of grain are brought, ground and packed: in one chain, and with a queue between the steps.

use std::{pin::pin, time::Duration};

use async_stream::stream;
use futures::{Stream, StreamExt, stream};
use tokio::{sync::mpsc, task::JoinSet, time::sleep};
use tracing::{Instrument, Span, info, info_span};

const SACKS: u32 = 4;
const TO_BRING: Duration = Duration::from_secs(1);
const TO_GRIND: Duration = Duration::from_secs(2);
const TO_PACK: Duration = Duration::from_secs(1);

/// One chain, one task: a sack is brought when the one before has been packed.
pub async fn chain() {
    sacks().then(grind).for_each(pack).await;
}

/// Three tasks with room for one sack between them: each step works while the others do.
pub async fn with_queues() {
    let brought = on_task(sacks(), 1);
    let ground = on_task(brought.then(grind), 1);
    ground.for_each(pack).await;
}

/// A task polls `stream` and keeps up to `room` items ahead, and one more in its hand. It is spawned
/// at the first poll and aborted when what is returned is dropped.
///
/// What is returned panics when it is polled: with the panic of `stream`, after the items from before
/// it; if `room` is 0; outside of a runtime.
pub fn on_task<S>(stream: S, room: usize) -> impl Stream<Item = S::Item>
where
    S: Stream<Item: Send> + Send + 'static,
{
    stream! {
        let (sender, mut receiver) = mpsc::channel(room);
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut stream = pin!(stream);
            while let Some(item) = stream.next().await {
                if sender.send(item).await.is_err() {
                    return;
                }
            }
        });
        while let Some(item) = receiver.recv().await {
            yield item;
        }
        // A panic would look like the end of the stream otherwise.
        task.join_all().await;
    }
}

/// A sack and its lane.
struct Sack(Span);

fn sacks() -> impl Stream<Item = Sack> {
    stream::iter(1..=SACKS).then(async |number| {
        let lane = info_span!("sack", number);
        step(&lane, TO_BRING, "brought").await;
        Sack(lane)
    })
}

async fn grind(Sack(lane): Sack) -> Sack {
    step(&lane, TO_GRIND, "ground").await;
    Sack(lane)
}

async fn pack(Sack(lane): Sack) {
    step(&lane, TO_PACK, "packed").await;
}

async fn step(lane: &Span, takes: Duration, done: &str) {
    async {
        sleep(takes).await;
        info!("{done}");
    }
    .instrument(lane.clone())
    .await;
}
