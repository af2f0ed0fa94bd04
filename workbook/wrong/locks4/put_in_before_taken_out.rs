//! Wrong: who has not enough leaves money behind.

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
        // Everybody locks the smaller number first.
        let mut first = self.accounts[from.min(to)].lock().await;
        let mut second = self.accounts[from.max(to)].lock().await;
        look_into_the_books(amount).await;
        let (payer, payee) = if from < to {
            (&mut first, &mut second)
        } else {
            (&mut second, &mut first)
        };
        **payee += amount;
        **payer = payer.checked_sub(amount).ok_or(NotEnough)?;
        Ok(())
    }
}

// From here on as in the solution:
// /// For nothing there is nothing to look at.
