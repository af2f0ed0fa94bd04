//! Wrong: gives the first account back and tries again a little later: polling.

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
        loop {
            let mut payer = self.accounts[from].lock().await;
            if let Ok(mut payee) = self.accounts[to].try_lock() {
                look_into_the_books(amount).await;
                *payer = payer.checked_sub(amount).ok_or(NotEnough)?;
                *payee += amount;
                return Ok(());
            }
            drop(payer);
            sleep(Duration::from_millis(1)).await;
        }
    }
}

// From here on as in the solution:
// /// For nothing there is nothing to look at.
