//! A critical step that completes although whoever waited for it has left.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use stage::Instrument;
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;
use tracing::{info, info_span};

const PATIENCE: Duration = Duration::from_millis(500);

/// Money that was taken, and money that is in the books. Someone may look at any time.
#[derive(Debug, Default)]
pub struct Ledger {
    charged: AtomicU32,
    booked: AtomicU32,
}

impl Ledger {
    /// What was charged, and what was booked of it.
    #[must_use]
    pub fn totals(&self) -> (u32, u32) {
        (
            self.charged.load(Ordering::Relaxed),
            self.booked.load(Ordering::Relaxed),
        )
    }
}

/// The customer waits half a second. Then the payment is dropped, charged and not booked.
pub async fn unshielded_wrong(ledger: Arc<Ledger>) {
    let payment = pay(ledger).instrument(info_span!("payment"));
    if timeout(PATIENCE, payment).await.is_err() {
        info!("the customer leaves");
    }
}

/// The payment is a task, so the customer may leave. But nobody owns it: when the program ends,
/// so does the payment, charged and not booked.
pub async fn detached_wrong(ledger: Arc<Ledger>) {
    let payment = tokio::spawn(pay(ledger).instrument(info_span!("payment")));
    if timeout(PATIENCE, payment).await.is_err() {
        info!("the customer leaves");
    }
}

/// The payment is a task and belongs to the shop, which does not close before it is done.
pub async fn shielded(ledger: Arc<Ledger>) {
    let payments = TaskTracker::new();
    let payment = payments.spawn(pay(ledger).instrument(info_span!("payment")));
    if timeout(PATIENCE, payment).await.is_err() {
        info!("the customer leaves");
    }
    payments.close();
    payments.wait().await;
    info!("the shop closes");
}

async fn pay(ledger: Arc<Ledger>) {
    ledger.charged.fetch_add(40, Ordering::Relaxed);
    info!("charged");
    sleep(Duration::from_secs(1)).await;
    ledger.booked.fetch_add(40, Ordering::Relaxed);
    info!("booked");
}
