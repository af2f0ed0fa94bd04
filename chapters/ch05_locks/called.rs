//! One call for each loaf: `notify_one` wakes one customer, and only one who stands in line.

use std::{pin::pin, time::Duration};

use futures::future::join_all;
use stage::Instrument;
use tokio::{
    join,
    sync::{Notify, Semaphore, SemaphorePermit},
    time::{error::Elapsed, sleep, timeout},
};
use tracing::{info, info_span};

const PATIENCE: Duration = Duration::from_secs(10);
/// From the shelf back to the bench by the door, where one can wait.
const WAY_BACK: Duration = Duration::from_secs(1);

/// A `Notified` that was never polled does not stand in line: of two calls one is kept, for one.
///
/// # Errors
///
/// After 10 s: the second customer would wait for ever, with a loaf on the shelf.
pub async fn two_calls_wrong() -> Result<(), Elapsed> {
    shop(async |shelf, calls| {
        loop {
            let call = calls.notified();
            if look(shelf) {
                return;
            }
            sleep(WAY_BACK).await;
            call.await;
        }
    })
    .await
}

/// `enable` takes the place in line at once.
///
/// # Errors
///
/// None here: each call is heard by another customer.
pub async fn two_calls() -> Result<(), Elapsed> {
    shop(async |shelf, calls| {
        loop {
            let mut call = pin!(calls.notified());
            call.as_mut().enable();
            if look(shelf) {
                return;
            }
            sleep(WAY_BACK).await;
            call.await;
        }
    })
    .await
}

/// A loaf is a permit of a semaphore; takes one if there is one.
fn look(shelf: &Semaphore) -> bool {
    let loaf = shelf.try_acquire();
    info!(
        "{}",
        loaf.as_ref().map_or("the shelf is empty", |_| "got a loaf")
    );
    loaf.map(SemaphorePermit::forget).is_ok()
}

/// Two customers come at once; while both are on the way back, two loaves are baked.
async fn shop(take: impl AsyncFn(&Semaphore, &Notify)) -> Result<(), Elapsed> {
    let (shelf, calls) = (Semaphore::new(0), Notify::new());
    let baker = async {
        sleep(WAY_BACK / 2).await;
        for _ in 0..2 {
            shelf.add_permits(1);
            info!("baked a loaf, and called");
            calls.notify_one();
        }
    };
    let customers = (1..=2).map(|id| take(&shelf, &calls).instrument(info_span!("customer", id)));
    timeout(PATIENCE, async {
        join!(
            biased;
            join_all(customers),
            baker.instrument(info_span!("baker")),
        );
    })
    .await
}
