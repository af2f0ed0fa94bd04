//! A payment whose answer is lost: paid twice, paid once, and not paid for an order that is gone.

use std::{
    collections::BTreeMap,
    future::pending,
    mem::replace,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use stage::Instrument;
use thiserror::Error;
use tokio::time::{sleep, timeout};
use tracing::{info, info_span};

/// Names one payment, however often it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(pub u32);

/// What the bank gives for a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt(pub u32);

/// Why there is no receipt.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Unpaid {
    /// No answer came in time. Whether the money was taken is not known.
    #[error("no answer")]
    NoAnswer,
    /// The customer does not want it any more.
    #[error("cancelled")]
    Cancelled,
    /// The key was used for another sum.
    #[error("that key is another payment's")]
    AnotherPayment,
}

/// Asks again after each time-out, as if nothing could have happened.
///
/// # Errors
///
/// If there is no answer at last: then it may have been paid, even several times.
pub async fn twice_wrong(bank: &Bank, euros: u32) -> Result<Receipt, Unpaid> {
    until_answered(bank, || bank.pay(None, euros)).await
}

/// The same, with a name for what is asked. It is chosen once for all tries.
///
/// # Errors
///
/// What the bank refuses, as [`Bank::pay`]; or that there is no answer at last: then it may have been paid.
pub async fn with_a_key(bank: &Bank, key: Key, euros: u32) -> Result<Receipt, Unpaid> {
    until_answered(bank, || bank.pay(Some(key), euros)).await
}

/// Asks before each try whether it still should be made. If not, what an earlier try may have done has
/// to be undone. An order that is cancelled during a try may be paid nevertheless.
///
/// # Errors
///
/// If a try finds the order cancelled; what the bank refuses, as [`Bank::pay`]; or that there is no answer at last:
/// then it may have been paid.
///
/// # Cancel safety
///
/// None: whether the money was taken is then not known, and nothing is given back.
pub async fn if_still_wanted(
    bank: &Bank,
    order: &Order,
    key: Key,
    euros: u32,
) -> Result<Receipt, Unpaid> {
    until_answered(bank, || async {
        if order.is_cancelled() {
            return bank.void(key).await;
        }
        bank.pay(Some(key), euros).await
    })
    .await
}

/// Three tries at most. Each is given up after twice the time that a payment takes. An answer ends it, be it good or bad.
async fn until_answered<F: Future<Output = Result<Receipt, Unpaid>>>(
    bank: &Bank,
    pay: impl Fn() -> F,
) -> Result<Receipt, Unpaid> {
    for further in (0..3).rev() {
        if let Ok(answer) = timeout(bank.takes * 2, pay()).await {
            return answer;
        }
        info!("no answer");
        if further > 0 {
            sleep(bank.takes).await;
        }
    }
    Err(Unpaid::NoAnswer)
}

/// An order that its customer may cancel at any time.
#[derive(Debug, Default)]
pub struct Order {
    cancelled: AtomicBool,
}

impl Order {
    /// Whether the customer does not want it any more.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Relaxed)
    }

    /// The customer thinks better of it, after so long.
    pub async fn cancel_after(&self, time: Duration) {
        async {
            sleep(time).await;
            self.cancelled.store(true, Relaxed);
            info!("cancels the order");
        }
        .instrument(info_span!("customer"))
        .await;
    }
}

/// What happens to a call on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// It arrives, and so does the answer.
    Good,
    /// It never arrives.
    RequestLost,
    /// It arrives, and the answer is lost.
    AnswerLost,
}

/// A bank at the other end of a line that is good from the second payment on, and always for [`void`](Bank::void).
#[derive(Debug)]
pub struct Bank {
    takes: Duration,
    books: Mutex<Books>,
}

#[derive(Debug)]
struct Books {
    line: Line,
    taken: u32,
    receipts: u32,
    known: BTreeMap<Key, Known>,
}

#[derive(Clone, Copy, Debug)]
enum Known {
    Paid(u32, Receipt),
    Void,
}

impl Bank {
    /// With this line for the first payment. A call takes a second.
    #[must_use]
    pub fn behind(line: Line) -> Self {
        Self {
            takes: Duration::from_secs(1),
            books: Mutex::new(Books {
                line,
                taken: 0,
                receipts: 0,
                known: BTreeMap::new(),
            }),
        }
    }

    /// The same bank, where a call takes so long.
    #[must_use]
    pub fn taking(self, takes: Duration) -> Self {
        Self { takes, ..self }
    }

    /// All the euros it has taken.
    pub fn taken(&self) -> u32 {
        self.books().taken
    }

    /// Takes so many euros. For a key that was paid under before it gives the first receipt again, and
    /// takes no money.
    ///
    /// # Errors
    ///
    /// If the key was used for another sum, or was made [`void`](Self::void).
    ///
    /// # Cancel safety
    ///
    /// None without a key: whether the money was taken is then not known.
    pub async fn pay(&self, key: Option<Key>, euros: u32) -> Result<Receipt, Unpaid> {
        async {
            let line = replace(&mut self.books().line, Line::Good);
            if line == Line::RequestLost {
                pending::<()>().await;
            }
            sleep(self.takes).await;
            let receipt = self.books().pay(key, euros);
            if line == Line::AnswerLost {
                pending::<()>().await;
            }
            receipt
        }
        .instrument(info_span!("bank"))
        .await
    }

    /// Gives back what was taken under this key, if anything, and takes nothing under it later.
    ///
    /// # Errors
    ///
    /// Always [`Unpaid::Cancelled`]: that is what has become of the payment.
    pub async fn void(&self, key: Key) -> Result<Receipt, Unpaid> {
        async {
            sleep(self.takes).await;
            self.books().void(key)
        }
        .instrument(info_span!("bank"))
        .await
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        // They are changed by plain functions, which do not panic half-way.
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn pay(&mut self, key: Option<Key>, euros: u32) -> Result<Receipt, Unpaid> {
        match key.and_then(|key| self.known.get(&key)) {
            Some(Known::Void) => return Err(Unpaid::Cancelled),
            Some(&Known::Paid(sum, _)) if sum != euros => return Err(Unpaid::AnotherPayment),
            Some(&Known::Paid(_, receipt)) => {
                info!("was paid: receipt {}", receipt.0);
                return Ok(receipt);
            }
            None => {}
        }
        self.taken += euros;
        self.receipts += 1;
        let receipt = Receipt(self.receipts);
        if let Some(key) = key {
            self.known.insert(key, Known::Paid(euros, receipt));
        }
        info!("takes {euros} euros");
        Ok(receipt)
    }

    fn void(&mut self, key: Key) -> Result<Receipt, Unpaid> {
        match self.known.insert(key, Known::Void) {
            Some(Known::Paid(euros, _)) => {
                self.taken -= euros;
                info!("gives {euros} euros back");
            }
            Some(Known::Void) | None => info!("has nothing to give back"),
        }
        Err(Unpaid::Cancelled)
    }
}

/// Plays a payment on a lane of its own, and tells what came of it.
///
/// # Errors
///
/// Those of the payment.
pub async fn told(
    bank: &Bank,
    payment: impl Future<Output = Result<Receipt, Unpaid>>,
) -> Result<Receipt, Unpaid> {
    async {
        let paid = payment.await;
        match &paid {
            Ok(receipt) => info!("receipt {}, {} euros gone", receipt.0, bank.taken()),
            Err(error) => info!("{error}, {} euros gone", bank.taken()),
        }
        paid
    }
    .instrument(info_span!("shop"))
    .await
}
