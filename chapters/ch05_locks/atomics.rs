//! Three seats, five buyers, and a number that needs no lock.

use std::{
    sync::atomic::{AtomicI32, Ordering},
    time::Duration,
};

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

const SEATS: i32 = 3;

/// Every single operation is atomic; looking and then taking is two of them.
///
/// Returns how many seats are left.
pub async fn five_buyers_wrong() -> i32 {
    let seats = AtomicI32::new(SEATS);
    five_buyers(async || {
        if seats.load(Ordering::Relaxed) > 0 {
            pay().await;
            seats.fetch_sub(1, Ordering::Relaxed);
            info!("has a seat");
        }
    })
    .await;
    left(&seats)
}

/// Looking and taking in one operation; paying comes after that.
///
/// Returns how many seats are left.
pub async fn five_buyers_atomically() -> i32 {
    let seats = AtomicI32::new(SEATS);
    five_buyers(async || {
        let taken = seats.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |seats| {
            (seats > 0).then(|| seats - 1)
        });
        if taken.is_ok() {
            pay().await;
            info!("has a seat");
        } else {
            info!("sold out");
        }
    })
    .await;
    left(&seats)
}

async fn pay() {
    sleep(Duration::from_secs(1)).await;
}

fn left(seats: &AtomicI32) -> i32 {
    let left = seats.load(Ordering::Relaxed);
    info!("{left} seats left");
    left
}

async fn five_buyers(buy: impl AsyncFn()) {
    join_all((1..=5).map(|id| buy().instrument(info_span!("buyer", id)))).await;
}
