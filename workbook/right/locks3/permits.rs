//! Right: a permit for each shoe; it is forgotten when the shoe is sold.

use std::{sync::Mutex, time::Duration};

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

struct Shop {
    left: tokio::sync::Semaphore,
}

#[derive(Debug, PartialEq)]
enum Refused {
    SoldOut,
    NotPaid,
}

impl Shop {
    fn new(left: u32) -> Self {
        Self {
            left: tokio::sync::Semaphore::new(left as usize),
        }
    }

    async fn buy(&self, customer: u32) -> Result<(), Refused> {
        let shoe = self.left.try_acquire().map_err(|_| Refused::SoldOut)?;
        pay(customer).await?;
        shoe.forget();
        Ok(())
    }

    /// How many can be bought at this moment.
    fn left(&self) -> u32 {
        self.left.available_permits() as u32
    }
}

// From here on as in the solution:
// /// Takes a second. The card of every customer whose number ends in 7 is refused. Customer 0 pays in
