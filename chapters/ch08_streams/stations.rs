//! Weather stations, each with a rhythm of its own: one stream out of several.

use std::{future::ready, pin::Pin, time::Duration};

use futures::{
    Stream, StreamExt,
    stream::{self, PollNext, select_with_strategy},
};
use stage::{Instrument, ms};
use tokio::time::sleep;
use tokio_stream::StreamMap;
use tracing::{info, info_span};

/// One after the other: the south is not even asked before the north has ended.
pub async fn chained_wrong() -> Vec<String> {
    collect(north().chain(south())).await
}

/// Both, as they come.
pub async fn merged() -> Vec<String> {
    collect(stream::select(north(), south())).await
}

/// In pairs: the pace of the slower, and the end with the first that ends.
pub async fn zipped() -> Vec<String> {
    let pairs = north().zip(south());
    collect(pairs.map(|(north, south)| format!("{north}+{south}"))).await
}

/// By name; a station may join and leave while the others speak.
pub async fn by_name() -> Vec<String> {
    let mut stations: StreamMap<&str, Pin<Box<dyn Stream<Item = String> + Send>>> =
        StreamMap::new();
    stations.insert("north", Box::pin(north()));
    stations.insert("south", Box::pin(south()));
    async {
        let mut heard = Vec::new();
        while let Some((name, reading)) = stations.next().await {
            info!("{reading}");
            heard.push(reading);
            if name == "south" && stations.remove("north").is_some() {
                info!("north removed");
            }
        }
        heard
    }
    .instrument(info_span!("heard"))
    .await
}

/// The first ten messages when both sides always have one: they take turns.
pub async fn fair() -> String {
    stream::select(chatter(), alarms()).take(10).collect().await
}

/// Alarms first: right as long as there are few.
pub async fn alarms_first() -> String {
    let alarms_first = |(): &mut ()| PollNext::Right;
    select_with_strategy(chatter(), alarms(), alarms_first)
        .take(10)
        .collect()
        .await
}

/// Chatter first: no alarm is heard, because there is always more chatter.
pub async fn starving_wrong() -> String {
    let chatter_first = |(): &mut ()| PollNext::Left;
    select_with_strategy(chatter(), alarms(), chatter_first)
        .take(10)
        .collect()
        .await
}

/// Without end, and always ready.
fn chatter() -> impl Stream<Item = char> {
    stream::repeat('.')
}

/// Three, all ready.
fn alarms() -> impl Stream<Item = char> {
    stream::repeat('!').take(3)
}

fn north() -> impl Stream<Item = String> + Send {
    station("N", ms(1000), 4)
}

fn south() -> impl Stream<Item = String> + Send {
    station("S", ms(1500), 2)
}

fn station(name: &str, every: Duration, count: u32) -> impl Stream<Item = String> + Send {
    stream::iter(1..=count)
        .then(move |number| async move {
            sleep(every).await;
            number
        })
        .then(move |number| ready(format!("{name}{number}")))
}

async fn collect(readings: impl Stream<Item = String>) -> Vec<String> {
    readings
        .inspect(|reading| info!("{reading}"))
        .collect()
        .instrument(info_span!("heard"))
        .await
}
