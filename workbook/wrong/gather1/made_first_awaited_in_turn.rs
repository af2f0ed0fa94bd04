//! Wrong: making all futures first starts none of them.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// A shop's name, the seconds it needs to answer, and its price.
type Shop = (&'static str, u64, u32);

async fn prices(shops: &[Shop]) -> Vec<u32> {
    let asked: Vec<_> = shops.iter().map(|&shop| ask(shop)).collect();
    let mut prices = Vec::new();
    for asked in asked {
        prices.push(asked.await);
    }
    prices
}

// From here on as in the solution:
// async fn ask((shop, seconds, price): Shop) -> u32 {
