//! Right: the buffer has room for all, however many there are.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// A shop's name, the seconds it needs to answer, and its price.
type Shop = (&'static str, u64, u32);

async fn prices(shops: &[Shop]) -> Vec<u32> {
    use futures::StreamExt;
    let asked = futures::stream::iter(shops.iter().map(|&shop| ask(shop)));
    asked.buffered(shops.len().max(1)).collect().await
}

// From here on as in the solution:
// async fn ask((shop, seconds, price): Shop) -> u32 {
