//! Wrong: looks under one lock and takes under another: on threads two take the same shoe.

use std::{sync::Mutex, time::Duration};

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

struct Shop {
    left: Mutex<u32>,
}

#[derive(Debug, PartialEq)]
enum Refused {
    SoldOut,
    NotPaid,
}

impl Shop {
    fn new(left: u32) -> Self {
        Self {
            left: Mutex::new(left),
        }
    }

    async fn buy(&self, customer: u32) -> Result<(), Refused> {
        // Check and change happen under one lock; no await is in between.
        let reserved = self.reserve()?;
        pay(customer).await?;
        reserved.sold();
        Ok(())
    }

    fn reserve(&self) -> Result<Reserved<'_>, Refused> {
        if *self.left.lock().unwrap() == 0 {
            return Err(Refused::SoldOut);
        }
        let mut left = self.left.lock().unwrap();
        *left = left.wrapping_sub(1);
        Ok(Reserved { shop: self })
    }

    /// How many can be bought at this moment.
    fn left(&self) -> u32 {
        *self.left.lock().unwrap()
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
        *self.shop.left.lock().unwrap() += 1;
    }
}

// From here on as in the solution:
// /// Takes a second. The card of every customer whose number ends in 7 is refused. Customer 0 pays in
