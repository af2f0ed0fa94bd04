//! Wrong: the accounts are locked one at a time, so anybody comes between.

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
        look_into_the_books(amount).await;
        {
            let mut payer = self.accounts[from].lock().await;
            *payer = payer.checked_sub(amount).ok_or(NotEnough)?;
        }
        *self.accounts[to].lock().await += amount;
        Ok(())
    }
}

// From here on as in the solution:
// /// For nothing there is nothing to look at.
