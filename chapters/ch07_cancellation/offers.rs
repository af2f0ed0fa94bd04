//! Sending into a full queue beside a heartbeat: one way loses what was to be sent.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::mpsc,
    time::{Instant, Interval, interval_at, sleep},
};
use tracing::{info, info_span};

/// `send` owns the item while it waits for room. Each heartbeat drops both.
pub async fn send_wrong() -> Vec<u32> {
    offers(async |queue| {
        let mut heartbeat = heartbeat();
        for number in 1..=6 {
            tokio::select! {
                biased;
                // NOT cancel safe: the number is dropped with the future.
                sent = queue.send(number) => if sent.is_err() { return },
                // Cancel safe.
                _ = heartbeat.tick() => info!("tick"),
            }
        }
    })
    .await
}

/// First the place, then the item: dropped while it waits, `reserve` loses its place in line and
/// nothing else.
pub async fn reserve() -> Vec<u32> {
    offers(async |queue| {
        let mut heartbeat = heartbeat();
        let mut numbers = 1..=6;
        while !numbers.is_empty() {
            tokio::select! {
                biased;
                // Cancel safe but for the place in line, which nobody else stands in.
                place = queue.reserve() => match (place, numbers.next()) {
                    (Ok(place), Some(number)) => place.send(number),
                    _ => return,
                },
                // Cancel safe.
                _ = heartbeat.tick() => info!("tick"),
            }
        }
    })
    .await
}

async fn offers(offer: impl AsyncFnOnce(mpsc::Sender<u32>)) -> Vec<u32> {
    let (queue, mut numbers) = mpsc::channel(1);
    let taking = async {
        let mut taken = Vec::new();
        while let Some(number) = numbers.recv().await {
            info!("{number}");
            taken.push(number);
            sleep(Duration::from_millis(150)).await;
        }
        taken
    };
    let ((), taken) = tokio::join!(
        offer(queue).instrument(info_span!("sender")),
        taking.instrument(info_span!("taker")),
    );
    taken
}

fn heartbeat() -> Interval {
    const BEAT: Duration = Duration::from_millis(100);
    interval_at(Instant::now() + BEAT, BEAT)
}
