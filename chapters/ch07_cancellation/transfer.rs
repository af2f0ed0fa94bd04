//! A transfer that is dropped after 0, 1, 2 … polls: where a future stops, and what it leaves behind.

use std::{cell::Cell, pin::pin, time::Duration};

use futures::poll;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

const ONE_SECOND: Duration = Duration::from_secs(1);

/// Two accounts and a pile of receipts.
#[derive(Debug, PartialEq, Eq)]
pub struct Bank {
    /// What the payer has.
    pub payer: Cell<u32>,
    /// What the recipient has.
    pub recipient: Cell<u32>,
    /// How many receipts were written.
    pub receipts: Cell<u32>,
}

impl Bank {
    /// 100 on the payer's account, nothing on the recipient's.
    #[must_use]
    pub fn open() -> Self {
        Self {
            payer: Cell::new(100),
            recipient: Cell::new(0),
            receipts: Cell::new(0),
        }
    }
}

/// This one has an `.await` at which the money is in nobody's account.
///
/// # Cancel safety
///
/// None: dropped at its second `.await`, it leaves less money than there was.
pub async fn transfer_wrong(bank: &Bank, amount: u32) {
    ask_permission().await;
    bank.payer.set(bank.payer.get() - amount);
    ask_permission().await;
    bank.recipient.set(bank.recipient.get() + amount);
    ask_permission().await;
    bank.receipts.set(bank.receipts.get() + 1);
}

/// First ask, then do; and between doing the one and the other there is no `.await`.
///
/// # Cancel safety
///
/// Dropped at any `.await`, it has moved all of the money or none; the receipt may be missing.
pub async fn transfer(bank: &Bank, amount: u32) {
    ask_permission().await;
    ask_permission().await;
    bank.payer.set(bank.payer.get() - amount);
    bank.recipient.set(bank.recipient.get() + amount);
    ask_permission().await;
    bank.receipts.set(bank.receipts.get() + 1);
}

/// Polls a transfer of 40 so many times, drops it, and shows what the bank looks like then.
pub async fn dropped_after(polls: u32, transfer: impl AsyncFn(&Bank, u32)) -> Bank {
    let bank = Bank::open();
    let lane = info_span!("polled", times = polls);
    {
        // ANCHOR: polls
        let mut transfer = pin!(transfer(&bank, 40).instrument(lane.clone()));
        for _ in 0..polls {
            if poll!(transfer.as_mut()).is_ready() {
                break;
            }
            // Nobody polls it meanwhile; but its timer falls due.
            sleep(ONE_SECOND).await;
        }
        // ANCHOR_END: polls
    }
    let (payer, recipient) = (bank.payer.get(), bank.recipient.get());
    let (sum, receipts) = (payer + recipient, bank.receipts.get());
    lane.in_scope(|| info!("{payer} + {recipient} = {sum}, receipts: {receipts}"));
    bank
}

async fn ask_permission() {
    sleep(ONE_SECOND).await;
}
