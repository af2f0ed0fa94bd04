//! A rain gauge speaks every ten minutes, and a chain of adaptors makes sense of it.

use std::{collections::BTreeSet, future::ready, time::Duration};

use futures::{Stream, StreamExt, TryStreamExt, stream};
use tokio::time::sleep;
use tracing::info;

const INTERVAL: Duration = Duration::from_mins(10);
/// Tenths of a millimetre, or nothing when a leaf lies in the gauge.
const READINGS: [Option<u32>; 7] = [Some(4), None, Some(9), Some(0), Some(21), Some(4), Some(2)];

/// What the gauge says, every ten minutes.
pub fn readings() -> impl Stream<Item = Option<u32>> {
    stream::iter(READINGS).then(async |reading| {
        sleep(INTERVAL).await;
        info!("reads {reading:?}");
        reading
    })
}

/// `map` with an async function makes futures, and nobody awaits them: nothing is saved.
pub async fn saved_wrong() -> usize {
    readings().map(save).count().await
}

/// `then` makes them, too, and awaits each.
pub async fn saved() -> usize {
    readings().then(save).count().await
}

/// How much has fallen so far, after each valid reading, until there is enough for the garden.
pub fn totals(enough: u32) -> impl Stream<Item = u32> {
    readings()
        .filter(|reading| ready(reading.is_some()))
        .map(Option::unwrap_or_default)
        .scan(0, |total, tenths| {
            *total += tenths;
            ready(Some(*total))
        })
        .take_while(move |&total| ready(total < enough))
}

/// All, or the first thing that is wrong: a missing reading.
///
/// # Errors
///
/// If a reading is missing; those before it are dropped.
pub async fn complete() -> Result<Vec<u32>, &'static str> {
    readings()
        .map(|reading| reading.ok_or("a leaf lies in the gauge"))
        .try_collect()
        .await
}

/// The same readings as a list, as a set and as a text.
pub async fn collections() -> (Vec<u32>, BTreeSet<u32>, String) {
    let valid = || readings().filter_map(ready);
    (
        valid().collect().await,
        valid().collect().await,
        valid().map(|tenths| format!("{tenths} ")).collect().await,
    )
}

async fn save(reading: Option<u32>) {
    sleep(Duration::from_secs(1)).await;
    info!("saved {reading:?}");
}
