//! Wrong: on one thread nobody comes between the two; on two threads each may get one.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

struct Bank {
    accounts: Vec<Mutex<u32>>,
}

#[derive(Debug, PartialEq)]
struct NotEnough;

impl Bank {
    fn new(accounts: &[u32]) -> Self {
        Self {
            accounts: accounts.iter().map(|&money| Mutex::new(money)).collect(),
        }
    }

    async fn transfer(&self, from: usize, to: usize, amount: u32) -> Result<(), NotEnough> {
        if from == to {
            return Ok(());
        }
        let (mut payer, mut payee) =
            tokio::join!(self.accounts[from].lock(), self.accounts[to].lock());
        look_into_the_books(amount).await;
        *payer = payer.checked_sub(amount).ok_or(NotEnough)?;
        *payee += amount;
        Ok(())
    }
}

// From here on as in the solution:
// /// For nothing there is nothing to look at.
