//! Wrong: a buffer of ten is a limit, and the list may be longer.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// A shop's name, the seconds it needs to answer, and its price.
type Shop = (&'static str, u64, u32);

async fn prices(shops: &[Shop]) -> Vec<u32> {
    use futures::StreamExt;
    futures::stream::iter(shops.iter().map(|&shop| ask(shop)))
        .buffered(10)
        .collect()
        .await
}

// From here on as in the solution:
// async fn ask((shop, seconds, price): Shop) -> u32 {
