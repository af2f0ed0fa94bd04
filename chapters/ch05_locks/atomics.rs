//! Three seats, five buyers, and a number that needs no lock.

use std::{
    sync::atomic::{AtomicBool, AtomicI32, Ordering},
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
        let taken = seats.try_update(Ordering::Relaxed, Ordering::Relaxed, |seats| {
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

/// A number that is ready when its flag says so: two values that must agree.
#[derive(Debug, Default)]
pub struct Announced {
    number: AtomicI32,
    is_ready: AtomicBool,
}

impl Announced {
    /// First the number, then the flag.
    pub fn announce(&self, number: i32) {
        self.number.store(number, Ordering::Relaxed);
        self.is_ready.store(true, Ordering::Release);
    }

    /// The number, if it has been announced.
    pub fn read(&self) -> Option<i32> {
        let is_ready = self.is_ready.load(Ordering::Acquire);
        is_ready.then(|| self.number.load(Ordering::Relaxed))
    }
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
