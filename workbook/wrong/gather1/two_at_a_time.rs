//! Wrong: `join!` of pairs: no pair begins before the last one is there.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// A shop's name, the seconds it needs to answer, and its price.
type Shop = (&'static str, u64, u32);

async fn prices(shops: &[Shop]) -> Vec<u32> {
    let mut prices = Vec::new();
    for pair in shops.chunks(2) {
        match *pair {
            [one, two] => {
                let (one, two) = tokio::join!(ask(one), ask(two));
                prices.extend([one, two]);
            }
            _ => prices.push(ask(pair[0]).await),
        }
    }
    prices
}

// From here on as in the solution:
// async fn ask((shop, seconds, price): Shop) -> u32 {
