//! An account is not free in time: what is left of a transfer that gives up?

use std::{error::Error, time::Duration};

use stage::Instrument;
use tokio::{join, time::timeout};
use tracing::{info, info_span};

use super::bank::{Account, transfer};

const PATIENCE: Duration = Duration::from_secs(1);

/// Takes the money out, then waits for the other account, and gives up: it is gone.
///
/// Returns what both accounts hold afterwards.
pub async fn busy_account_wrong() -> u64 {
    during_an_audit(async |from, to| {
        *timeout(PATIENCE, from.lock()).await? -= 40;
        info!("took out 40");
        *timeout(PATIENCE, to.lock()).await? += 40;
        Ok(())
    })
    .await
}

/// Waits for both accounts, and only then moves anything.
///
/// Returns what both accounts hold afterwards.
pub async fn busy_account() -> u64 {
    during_an_audit(async |from, to| Ok(transfer(from, to, 40, PATIENCE).await?)).await
}

/// Account 2 is looked at for three seconds; meanwhile somebody wants to pay into it.
async fn during_an_audit(
    pay: impl AsyncFn(&Account, &Account) -> Result<(), Box<dyn Error>>,
) -> u64 {
    let (one, two) = (Account::open(1, 100), Account::open(2, 100));
    let audit = async {
        info!("holds account 2");
        two.audit(Duration::from_secs(3)).await;
    };
    let payment = async {
        if let Err(error) = pay(&one, &two).await {
            info!("gives up: {error}");
        }
    };
    join!(
        biased;
        audit.instrument(info_span!("audit")),
        payment.instrument(info_span!("payment")),
    );
    let total = one.balance().await + two.balance().await;
    info!("both accounts hold {total}");
    total
}
