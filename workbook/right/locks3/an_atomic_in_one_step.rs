//! Right: try_update looks and takes in one.

use std::{sync::Mutex, time::Duration};

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

struct Shop {
    left: std::sync::atomic::AtomicU32,
}

#[derive(Debug, PartialEq)]
enum Refused {
    SoldOut,
    NotPaid,
}

impl Shop {
    fn new(left: u32) -> Self {
        Self { left: left.into() }
    }

    async fn buy(&self, customer: u32) -> Result<(), Refused> {
        // Check and change happen under one lock; no await is in between.
        let reserved = self.reserve()?;
        pay(customer).await?;
        reserved.sold();
        Ok(())
    }

    fn reserve(&self) -> Result<Reserved<'_>, Refused> {
        use std::sync::atomic::Ordering::Relaxed;
        let taken = self
            .left
            .try_update(Relaxed, Relaxed, |left| left.checked_sub(1));
        taken.map_err(|_| Refused::SoldOut)?;
        Ok(Reserved { shop: self })
    }

    /// How many can be bought at this moment.
    fn left(&self) -> u32 {
        self.left.load(std::sync::atomic::Ordering::Relaxed)
    }
}

/// One shoe, which goes back when this is dropped.
struct Reserved<'a> {
    shop: &'a Shop,
}

impl Reserved<'_> {
    fn sold(self) {
        std::mem::forget(self);
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        self.shop
            .left
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
}

// From here on as in the solution:
// /// Takes a second. The card of every customer whose number ends in 7 is refused. Customer 0 pays in
