//! Bank accounts: deposit, withdraw, transfer.

use std::time::Duration;

use thiserror::Error;
use tokio::{
    sync::{Mutex, MutexGuard},
    time::{sleep, timeout},
};
use tracing::info;

/// An account's balance, locked.
pub(super) type Balance<'a> = MutexGuard<'a, u64>;

/// An account, in cents. It never holds less than nothing.
#[derive(Debug)]
pub struct Account {
    number: u32,
    cents: Mutex<u64>,
}

/// Why the bank refuses. Whatever the reason, no account has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refused {
    /// There is not so much in the account.
    #[error("account {account} has {cents} cents, not {wanted}")]
    InsufficientFunds {
        /// The account's number.
        account: u32,
        /// What is in it.
        cents: u64,
        /// What was to be taken out.
        wanted: u64,
    },
    /// An account counts up to 2⁶⁴ − 1 cents.
    #[error("account {account} cannot hold another {cents} cents")]
    TooMuch {
        /// The account's number.
        account: u32,
        /// What was to be put in.
        cents: u64,
    },
    /// Somebody else held an account for too long.
    #[error("accounts {from} and {to} were not both free within {patience:?}")]
    Busy {
        /// The number of the account that was to pay.
        from: u32,
        /// The number of the account that was to be paid.
        to: u32,
        /// How long the bank has waited for both.
        patience: Duration,
    },
    /// From an account to itself.
    #[error("account {account} cannot transfer to itself")]
    SameAccount {
        /// The account's number.
        account: u32,
    },
}

impl Account {
    /// An account with something in it. Numbers must differ: transfers go by their order.
    #[must_use]
    pub fn open(number: u32, cents: u64) -> Self {
        Self {
            number,
            cents: Mutex::new(cents),
        }
    }

    /// What is in the account.
    ///
    /// Cancel safety: nothing is lost but the place in line.
    pub async fn balance(&self) -> u64 {
        *self.lock().await
    }

    /// Looks at the balance for so long; nobody else gets at the account meanwhile.
    ///
    /// Cancel safety: nothing is lost but the place in line.
    pub async fn audit(&self, takes: Duration) -> u64 {
        let balance = self.lock().await;
        sleep(takes).await;
        *balance
    }

    /// Puts something in.
    ///
    /// Cancel safety: dropped before it is done, it has changed nothing.
    ///
    /// # Errors
    ///
    /// If the account cannot hold so much.
    pub async fn deposit(&self, cents: u64) -> Result<(), Refused> {
        let mut balance = self.lock().await;
        *balance = self.with_more(*balance, cents)?;
        Ok(())
    }

    /// Takes something out.
    ///
    /// Cancel safety: dropped before it is done, it has changed nothing.
    ///
    /// # Errors
    ///
    /// If there is not so much.
    pub async fn withdraw(&self, cents: u64) -> Result<(), Refused> {
        let mut balance = self.lock().await;
        *balance = self.with_less(*balance, cents)?;
        Ok(())
    }

    pub(super) fn number(&self) -> u32 {
        self.number
    }

    pub(super) async fn lock(&self) -> Balance<'_> {
        self.cents.lock().await
    }

    fn with_more(&self, balance: u64, cents: u64) -> Result<u64, Refused> {
        balance.checked_add(cents).ok_or(Refused::TooMuch {
            account: self.number,
            cents,
        })
    }

    fn with_less(&self, balance: u64, cents: u64) -> Result<u64, Refused> {
        let refused = Refused::InsufficientFunds {
            account: self.number,
            cents: balance,
            wanted: cents,
        };
        balance.checked_sub(cents).ok_or(refused)
    }
}

/// Moves `cents` from one account to the other, and waits at most `patience` until both are free.
///
/// Both accounts are locked before anything is moved, the lower number first, so that no two
/// transfers can wait for each other.
///
/// Cancel safety: dropped before it is done, it has changed nothing.
///
/// # Errors
///
/// If there is not so much, the other account cannot hold it, the accounts are not free in time, or
/// both are the same.
pub async fn transfer(
    from: &Account,
    to: &Account,
    cents: u64,
    patience: Duration,
) -> Result<(), Refused> {
    let (account, other) = (from.number, to.number);
    if account == other {
        return Err(Refused::SameAccount { account });
    }
    let locked = timeout(patience, both(from, to)).await;
    let (mut source, mut target) = locked.map_err(|_| Refused::Busy {
        from: account,
        to: other,
        patience,
    })?;
    // No await from here on, and nothing changes before both sums are known to be right.
    let (less, more) = (
        from.with_less(*source, cents)?,
        to.with_more(*target, cents)?,
    );
    (*source, *target) = (less, more);
    Ok(())
}

/// Locks both, the lower number first.
async fn both<'a>(from: &'a Account, to: &'a Account) -> (Balance<'a>, Balance<'a>) {
    if from.number < to.number {
        let source = from.lock().await;
        (source, to.lock().await)
    } else {
        let target = to.lock().await;
        (from.lock().await, target)
    }
}

/// Pays in, takes out, asks for too much.
///
/// # Errors
///
/// None here: the refusals are part of the story.
pub async fn a_day() -> Result<(), Refused> {
    const PATIENCE: Duration = Duration::from_secs(1);
    let (ada, bo) = (Account::open(1, 100), Account::open(2, 0));
    ada.deposit(50).await?;
    ada.withdraw(30).await?;
    transfer(&ada, &bo, 70, PATIENCE).await?;
    for outcome in [
        transfer(&ada, &bo, 51, PATIENCE).await,
        transfer(&ada, &ada, 1, PATIENCE).await,
        bo.deposit(u64::MAX).await,
    ] {
        if let Err(refused) = outcome {
            info!("refused: {refused}");
        }
    }
    info!(
        "Ada has {}, Bo has {}",
        ada.balance().await,
        bo.balance().await
    );
    Ok(())
}
