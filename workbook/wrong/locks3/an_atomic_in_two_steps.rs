//! Wrong: looking and taking are two operations.

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
        use std::sync::atomic::Ordering::SeqCst;
        if self.left.load(SeqCst) == 0 {
            return Err(Refused::SoldOut);
        }
        self.left.fetch_sub(1, SeqCst);
        Ok(Reserved { shop: self })
    }

    /// How many can be bought at this moment.
    fn left(&self) -> u32 {
        self.left.load(std::sync::atomic::Ordering::SeqCst)
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
            .fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    }
}

// From here on as in the solution:
// /// Takes a second. The card of every customer whose number ends in 7 is refused. Customer 0 pays in
