//! A price that many follow: a `broadcast` and a `watch` as streams.

use std::time::Duration;

use futures::StreamExt;
use stage::{Instrument, ms};
use tokio::{
    sync::{broadcast, watch},
    task::JoinSet,
    time::sleep,
};
use tokio_stream::wrappers::{
    BroadcastStream, WatchStream, errors::BroadcastStreamRecvError::Lagged,
};
use tracing::{info, info_span};

const BETWEEN_PRICES: Duration = ms(100);
const TO_NOTE: Duration = ms(350);

/// Stops at the first item that is no price: being late by a few is taken for the end.
pub async fn until_the_first_gap_wrong() -> Vec<u32> {
    let (_market, mut prices) = broadcast();
    async {
        let mut noted = Vec::new();
        while let Some(Ok(price)) = prices.next().await {
            note(&mut noted, price).await;
        }
        info!("the end");
        noted
    }
    .instrument(info_span!("follower"))
    .await
}

/// Goes on after a gap, and counts the prices that are missing.
pub async fn over_the_gap() -> (Vec<u32>, u64) {
    let (_market, mut prices) = broadcast();
    async {
        let (mut noted, mut missed) = (Vec::new(), 0);
        while let Some(price) = prices.next().await {
            match price {
                Ok(price) => note(&mut noted, price).await,
                Err(Lagged(count)) => {
                    info!("missed {count}");
                    missed += count;
                }
            }
        }
        info!("the end");
        (noted, missed)
    }
    .instrument(info_span!("follower"))
    .await
}

/// A `watch` has no gaps to tell of: the next item is the price that is valid now.
pub async fn latest() -> Vec<u32> {
    let (price, watching) = watch::channel(100);
    let _market = market(move |number| {
        price.send_replace(number);
    });
    async {
        let mut prices = WatchStream::new(watching);
        let mut noted = Vec::new();
        while let Some(price) = prices.next().await {
            note(&mut noted, price).await;
        }
        info!("the end");
        noted
    }
    .instrument(info_span!("follower"))
    .await
}

/// Prices of which the last four are kept for those who are late.
fn broadcast() -> (JoinSet<()>, BroadcastStream<u32>) {
    let (speaker, prices) = broadcast::channel(4);
    let market = market(move |price| {
        // Fails if nobody listens any more.
        let _ = speaker.send(price);
    });
    (market, BroadcastStream::new(prices))
}

/// Tells ten prices, as long as it is kept.
fn market(tell: impl Fn(u32) + Send + 'static) -> JoinSet<()> {
    let mut market = JoinSet::new();
    market.spawn(
        async move {
            for price in 101..=110 {
                sleep(BETWEEN_PRICES).await;
                tell(price);
            }
        }
        .instrument(info_span!("market")),
    );
    market
}

async fn note(noted: &mut Vec<u32>, price: u32) {
    info!("{price}");
    noted.push(price);
    sleep(TO_NOTE).await;
}
