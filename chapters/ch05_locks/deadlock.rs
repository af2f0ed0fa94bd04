//! Two transfers, each with one account locked and waiting for the other.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    join,
    time::{error::Elapsed, sleep, timeout},
};
use tracing::{Span, info, info_span};

use super::bank::{Account, Balance};

/// How long it takes to look at an account's papers.
const PAPERS: Duration = Duration::from_millis(100);
/// After this long without an end, we take it that there will be none.
const PATIENCE: Duration = Duration::from_secs(10);

/// Each transfer locks the account that pays first. In opposite directions, each holds what the
/// other waits for.
///
/// # Errors
///
/// After 10 s: neither would ever end.
pub async fn two_transfers_wrong() -> Result<(), Elapsed> {
    let (one, two) = (Account::open(1, 100), Account::open(2, 100));
    let both = async {
        join!(
            biased;
            transfer_wrong(&one, &two, 30),
            transfer_wrong(&two, &one, 50),
        );
    };
    let ended = timeout(PATIENCE, both).await;
    if ended.is_err() {
        info!("nobody has moved for a long time: deadlock");
    }
    ended
}

async fn transfer_wrong(from: &Account, to: &Account, cents: u64) {
    async {
        let mut source = locked(from).await;
        let mut target = locked(to).await;
        *source -= cents;
        *target += cents;
        info!("done");
    }
    .instrument(lane(from, to))
    .await;
}

/// Both transfers lock account 1 first: one of them waits, the other ends.
///
/// # Errors
///
/// None here: both end.
pub async fn two_transfers() -> Result<(), Elapsed> {
    let (one, two) = (Account::open(1, 100), Account::open(2, 100));
    let both = async {
        join!(
            biased;
            transfer(&one, &two, 30),
            transfer(&two, &one, 50),
        );
    };
    timeout(PATIENCE, both).await
}

async fn transfer(from: &Account, to: &Account, cents: u64) {
    async {
        let (mut source, mut target);
        if from.number() < to.number() {
            source = locked(from).await;
            target = locked(to).await;
        } else {
            target = locked(to).await;
            source = locked(from).await;
        }
        *source -= cents;
        *target += cents;
        info!("done");
    }
    .instrument(lane(from, to))
    .await;
}

fn lane(from: &Account, to: &Account) -> Span {
    let way = format!("{}→{}", from.number(), to.number());
    info_span!("transfer", %way)
}

async fn locked(account: &Account) -> Balance<'_> {
    let balance = account.lock().await;
    info!("has locked {}", account.number());
    sleep(PAPERS).await;
    balance
}
