//! Customers wait until there is bread: until something *is* so, not until something happens.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures::future::join_all;
use stage::Instrument;
use tokio::{
    join,
    sync::{Notify, watch},
    time::{error::Elapsed, sleep, timeout},
};
use tracing::{info, info_span};

const PATIENCE: Duration = Duration::from_secs(10);
/// From the shelf back to the bench by the door, where one can wait.
const WAY_BACK: Duration = Duration::from_secs(1);

/// A shelf of loaves, and a bell that is rung for each new one.
#[derive(Debug, Default)]
pub struct Shelf {
    loaves: Mutex<u32>,
    baked: Notify,
}

impl Shelf {
    /// Puts a loaf there and rings.
    pub fn put(&self) {
        *self.loaves.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        info!("baked a loaf");
        self.baked.notify_waiters();
    }

    /// Takes a loaf if there is one.
    fn take_one(&self) -> bool {
        let found = take_one(&mut self.loaves.lock().unwrap_or_else(PoisonError::into_inner));
        info!(
            "{}",
            if found {
                "got a loaf"
            } else {
                "the shelf is empty"
            }
        );
        found
    }

    /// Begins to listen when it has stopped looking. What is said in between is lost.
    async fn take_wrong(&self) {
        while !self.take_one() {
            sleep(WAY_BACK).await;
            self.baked.notified().await;
        }
    }

    /// Takes a loaf, waiting for one if there is none: listens first, then looks, then waits.
    ///
    /// Cancel safety: dropped before it is done, it has taken no loaf.
    pub async fn take(&self) {
        loop {
            let baked = self.baked.notified();
            if self.take_one() {
                return;
            }
            sleep(WAY_BACK).await;
            baked.await;
        }
    }
}

/// A loaf is baked while the customer is on the way back to the bench.
///
/// # Errors
///
/// After 10 s: the customer would wait for ever, with a loaf on the shelf.
pub async fn one_customer_wrong() -> Result<(), Elapsed> {
    let shelf = Shelf::default();
    shop(1, async || shelf.take_wrong().await, || shelf.put()).await
}

/// The same, and nothing is missed. Two customers may wake for one loaf: the loop looks again.
///
/// # Errors
///
/// After 10 s; up to five customers have their loaves by then.
pub async fn customers(count: u32) -> Result<(), Elapsed> {
    let shelf = Shelf::default();
    shop(count, async || shelf.take().await, || shelf.put()).await
}

/// The number of loaves in a `watch` channel: the value and the news of it cannot come apart.
///
/// # Errors
///
/// After 10 s; up to five customers have their loaves by then.
pub async fn customers_watching(count: u32) -> Result<(), Elapsed> {
    let loaves = watch::Sender::new(0);
    let put = || {
        info!("baked a loaf");
        loaves.send_modify(|loaves| *loaves += 1);
    };
    let take = async || {
        let mut shelf = loaves.subscribe();
        while shelf.wait_for(|&loaves| loaves > 0).await.is_ok() {
            if loaves.send_if_modified(take_one) {
                info!("got a loaf");
                return;
            }
        }
    };
    shop(count, take, put).await
}

/// Whether there was one: somebody else may have been faster.
fn take_one(loaves: &mut u32) -> bool {
    let found = *loaves > 0;
    *loaves = loaves.saturating_sub(1);
    found
}

/// As many customers as loaves; the baker needs time for each, the first is ready after 0.5 s.
async fn shop(count: u32, take: impl AsyncFn(), put: impl Fn()) -> Result<(), Elapsed> {
    let baker = async {
        for loaf in 0..count {
            sleep(Duration::from_millis(if loaf == 0 { 500 } else { 2000 })).await;
            put();
        }
    };
    let customers = (1..=count).map(|id| take().instrument(info_span!("customer", id)));
    timeout(PATIENCE, async {
        join!(
            biased;
            join_all(customers),
            baker.instrument(info_span!("baker")),
        );
    })
    .await
}
