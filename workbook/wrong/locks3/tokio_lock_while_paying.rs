//! Wrong: one customer pays after the other.

use std::{sync::Mutex, time::Duration};

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

struct Shop {
    left: tokio::sync::Mutex<u32>,
}

#[derive(Debug, PartialEq)]
enum Refused {
    SoldOut,
    NotPaid,
}

impl Shop {
    fn new(left: u32) -> Self {
        Self {
            left: tokio::sync::Mutex::new(left),
        }
    }

    async fn buy(&self, customer: u32) -> Result<(), Refused> {
        let mut left = self.left.lock().await;
        if *left == 0 {
            return Err(Refused::SoldOut);
        }
        pay(customer).await?;
        *left -= 1;
        Ok(())
    }

    /// How many can be bought at this moment.
    fn left(&self) -> u32 {
        *self.left.try_lock().unwrap()
    }
}

// From here on as in the solution:
// /// Takes a second. The card of every customer whose number ends in 7 is refused. Customer 0 pays in
