//! A buoy speaks at sea, and for a while it does not: time-outs for each word and for the whole.

use std::time::Duration;

use futures::{Stream, StreamExt, stream};
use stage::{Instrument, ms};
use tokio::time::{sleep, timeout};
use tracing::{info, info_span};

/// How long before each wave height, and the height in centimetres.
const WAVES: [(Duration, u32); 5] = [
    (ms(1000), 120),
    (ms(1000), 140),
    (ms(3000), 150),
    (ms(1000), 130),
    (ms(1000), 110),
];
const PATIENCE: Duration = ms(1500);
const WATCH: Duration = ms(5500);

/// Each height, and `None` where nothing was heard for 1.5 s.
pub async fn per_item() -> Vec<Option<u32>> {
    tokio_stream::StreamExt::timeout(heights(), PATIENCE)
        .map(Result::ok)
        .inspect(|heard| {
            if heard.is_none() {
                info!("nothing heard");
            }
        })
        .collect()
        .instrument(info_span!("watch"))
        .await
}

/// The heights of 5.5 seconds. All that were heard are dropped with the future that collects.
pub async fn for_the_whole_wrong() -> Vec<u32> {
    let watch = heights()
        .collect::<Vec<_>>()
        .instrument(info_span!("watch"));
    let heard = timeout(WATCH, watch).await.unwrap_or_default();
    info!("{} heights", heard.len());
    heard
}

/// The heights of 5.5 seconds: when the time is up, the stream ends, and `collect` with it.
pub async fn for_the_whole() -> Vec<u32> {
    let heard: Vec<_> = heights()
        .take_until(sleep(WATCH))
        .collect()
        .instrument(info_span!("watch"))
        .await;
    info!("{} heights", heard.len());
    heard
}

/// What the buoy says.
pub fn heights() -> impl Stream<Item = u32> {
    stream::iter(WAVES).then(async |(pause, height)| {
        sleep(pause).await;
        info!("{height} cm");
        height
    })
}
