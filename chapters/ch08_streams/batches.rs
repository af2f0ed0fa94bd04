//! Parcels leave in batches of three, and a clock must be heard meanwhile: `next` in `select!`.

use std::time::Duration;

use futures::{Stream, StreamExt, stream};
use stage::{Instrument, ms};
use tokio::time::{Instant, Interval, interval_at, sleep};
use tracing::{info, info_span};

const BATCH: usize = 3;
const PARCEL: Duration = ms(70);
const TICK: Duration = ms(150);

/// A new `chunks` in every turn: what the old one had gathered is dropped with it.
pub async fn anew_wrong() -> Vec<Vec<u32>> {
    async {
        let mut parcels = Box::pin(parcels());
        let mut clock = clock();
        let mut sent = Vec::new();
        loop {
            tokio::select! {
                biased;
                // NOT cancel safe: the parcels of a batch that is not full are lost with it.
                batch = next_batch(&mut parcels) => match batch {
                    Some(batch) => send(&mut sent, batch),
                    None => return sent,
                },
                // Cancel safe.
                _ = clock.tick() => info!("tick"),
            }
        }
    }
    .instrument(info_span!("sender"))
    .await
}

async fn next_batch(parcels: impl Stream<Item = u32> + Unpin) -> Option<Vec<u32>> {
    parcels.chunks(BATCH).next().await
}

/// One `chunks` for all turns: it keeps what it has gathered.
pub async fn kept() -> Vec<Vec<u32>> {
    async {
        // ANCHOR: kept
        let mut batches = Box::pin(parcels().chunks(BATCH));
        let mut clock = clock();
        let mut sent = Vec::new();
        loop {
            tokio::select! {
                biased;
                // Cancel safe: a batch that is not full stays in `batches`.
                batch = batches.next() => match batch {
                    Some(batch) => send(&mut sent, batch),
                    None => return sent,
                },
                // Cancel safe.
                _ = clock.tick() => info!("tick"),
            }
        }
        // ANCHOR_END: kept
    }
    .instrument(info_span!("sender"))
    .await
}

fn parcels() -> impl Stream<Item = u32> {
    stream::iter(1..=9).then(async |number| {
        sleep(PARCEL).await;
        number
    })
}

/// Ticks for the first time after a period, not at once.
fn clock() -> Interval {
    interval_at(Instant::now() + TICK, TICK)
}

fn send(sent: &mut Vec<Vec<u32>>, batch: Vec<u32>) {
    info!("{batch:?}");
    sent.push(batch);
}
