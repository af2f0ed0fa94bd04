//! Right: the guard is told that it is sold, and looks when it is dropped.

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
        let mut reserved = self.reserve()?;
        pay(customer).await?;
        reserved.sold = true;
        Ok(())
    }

    fn reserve(&self) -> Result<Reserved<'_>, Refused> {
        let mut left = self.left.lock().unwrap();
        *left = left.checked_sub(1).ok_or(Refused::SoldOut)?;
        Ok(Reserved {
            shop: self,
            sold: false,
        })
    }

    /// How many can be bought at this moment.
    fn left(&self) -> u32 {
        *self.left.lock().unwrap()
    }
}

/// One shoe, which goes back when this is dropped.
struct Reserved<'a> {
    shop: &'a Shop,
    sold: bool,
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        *self.shop.left.lock().unwrap() += u32::from(!self.sold);
    }
}

// From here on as in the solution:
// /// Takes a second. The card of every customer whose number ends in 7 is refused. Customer 0 pays in
