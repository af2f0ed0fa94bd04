//! A method that holds the lock calls another that wants it.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::{Mutex, MutexGuard},
    time::{error::Elapsed, timeout},
};
use tracing::{info, info_span};

const PATIENCE: Duration = Duration::from_secs(10);

struct Savings {
    cents: Mutex<u64>,
}

impl Savings {
    async fn deposit(&self, cents: u64) {
        Self::deposit_locked(&mut self.cents.lock().await, cents);
    }

    async fn pay_interest_wrong(&self) {
        let cents = self.cents.lock().await;
        let interest = *cents / 100;
        self.deposit(interest).await;
    }

    async fn pay_interest(&self) {
        let mut cents = self.cents.lock().await;
        let interest = *cents / 100;
        Self::deposit_locked(&mut cents, interest);
    }

    /// What both need, for those who hold the lock already: the guard is the proof.
    fn deposit_locked(balance: &mut MutexGuard<'_, u64>, cents: u64) {
        **balance += cents;
        info!("deposited {cents}");
    }
}

/// Waits for a lock that it holds itself.
///
/// # Errors
///
/// After 10 s: it would never end.
pub async fn interest_wrong() -> Result<u64, Elapsed> {
    let savings = savings();
    let paying = savings.pay_interest_wrong();
    timeout(PATIENCE, paying.instrument(info_span!("interest"))).await?;
    Ok(savings.cents.into_inner())
}

/// Locks once and hands the guard on.
///
/// # Errors
///
/// None here: it waits for nobody.
pub async fn interest() -> Result<u64, Elapsed> {
    let savings = savings();
    savings.deposit(1_000).await;
    let paying = savings.pay_interest();
    timeout(PATIENCE, paying.instrument(info_span!("interest"))).await?;
    Ok(savings.cents.into_inner())
}

fn savings() -> Savings {
    Savings {
        cents: Mutex::new(10_000),
    }
}
