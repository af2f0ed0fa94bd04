//! To drop a future is to cancel it. Where it stops, and what it leaves behind.

use std::{cell::Cell, pin::pin, time::Duration};

use futures::poll;
use stage::Instrument;
use tokio::{task::JoinSet, time::sleep};
use tracing::{info, info_span};

const ONE_SECOND: Duration = Duration::from_secs(1);

/// Aborted, not chosen by `select!`, in a set that is dropped: three words for being dropped.
/// Each of the three has borrowed a drill, and each brings it back.
pub async fn three_ways() {
    let aborted = tokio::spawn(borrow_drill().instrument(info_span!("aborted")));
    let not_chosen = borrow_drill().instrument(info_span!("not chosen"));
    let mut set = JoinSet::new();
    set.spawn(borrow_drill().instrument(info_span!("in a set")));

    tokio::select! {
        biased;
        // Cut off on purpose: that is what this story shows.
        () = not_chosen => {}
        () = sleep(ONE_SECOND) => {}
    }
    sleep(ONE_SECOND).await;
    aborted.abort();
    // Aborting asks the runtime to drop it; this waits until it has.
    let _ = aborted.await;
    sleep(ONE_SECOND).await;
    drop(set);
    // As above: the set asks, and a poll later it is done.
    tokio::task::yield_now().await;
}

async fn borrow_drill() {
    let _drill = Drill;
    sleep(Duration::from_hours(1)).await;
}

/// Cleaning up that does not wait belongs into `Drop`: it happens whichever way one leaves.
struct Drill;

impl Drop for Drill {
    fn drop(&mut self) {
        info!("drill brought back");
    }
}

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

/// A future stops at an `.await` or not at all. This one has an `.await` at which the money is in
/// nobody's account.
pub async fn transfer_wrong(bank: &Bank, amount: u32) {
    ask_permission().await;
    bank.payer.set(bank.payer.get() - amount);
    ask_permission().await;
    bank.recipient.set(bank.recipient.get() + amount);
    ask_permission().await;
    bank.receipts.set(bank.receipts.get() + 1);
}

/// First ask, then do; and between doing the one and the other there is no `.await`.
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
        let transfer = transfer(&bank, 40).instrument(lane.clone());
        let mut transfer = pin!(transfer);
        for _ in 0..polls {
            if poll!(transfer.as_mut()).is_ready() {
                break;
            }
            sleep(ONE_SECOND).await;
        }
    }
    let (payer, recipient) = (bank.payer.get(), bank.recipient.get());
    let (sum, receipts) = (payer + recipient, bank.receipts.get());
    lane.in_scope(|| info!("{payer} + {recipient} = {sum}, receipts: {receipts}"));
    bank
}

async fn ask_permission() {
    sleep(ONE_SECOND).await;
}
