//! Letters come in bursts, and go out in bags of up to four: when is a bag closed?

use std::time::Duration;

use futures::{Stream, StreamExt, stream};
use stage::{Instrument, ms};
use tokio::{sync::mpsc, task::JoinSet, time::sleep};
use tokio_stream::wrappers::ReceiverStream;
use tracing::{info, info_span};

/// Letters in a bag.
const FULL: usize = 4;
/// How long a letter may lie in a bag that is not full.
const PATIENCE: Duration = ms(500);
/// How long before each burst, and how many letters it has.
const BURSTS: [(Duration, u32); 4] = [(ms(100), 5), (ms(400), 1), (ms(1000), 2), (ms(1000), 1)];

/// A bag is closed when it is full, however long that takes, or at the end.
pub async fn full() -> Vec<Vec<u32>> {
    sort(|letters| letters.chunks(FULL)).await
}

/// A bag is closed at once, with what lies there.
pub async fn ready() -> Vec<Vec<u32>> {
    sort(|letters| letters.ready_chunks(FULL)).await
}

/// A bag is closed when it is full, or half a second after its first letter, or at the end.
pub async fn patient() -> Vec<Vec<u32>> {
    sort(|letters| tokio_stream::StreamExt::chunks_timeout(letters, FULL, PATIENCE)).await
}

async fn sort<S>(into_bags: impl FnOnce(ReceiverStream<u32>) -> S) -> Vec<Vec<u32>>
where
    S: Stream<Item = Vec<u32>>,
{
    let (sender, letters) = mpsc::channel(8);
    let mut postman = JoinSet::new();
    postman.spawn(deliver(sender).instrument(info_span!("postman")));
    let bags = into_bags(ReceiverStream::new(letters)).inspect(|bag| info!("{bag:?}"));
    let bags = bags.collect().instrument(info_span!("bags")).await;
    postman.join_all().await;
    bags
}

async fn deliver(letters: mpsc::Sender<u32>) {
    let mut numbers = stream::iter(1..);
    for (pause, count) in BURSTS {
        sleep(pause).await;
        info!("{count}");
        for _ in 0..count {
            let number = numbers.next().await.expect("there are many numbers");
            if letters.send(number).await.is_err() {
                return;
            }
        }
    }
}
