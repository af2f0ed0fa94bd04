//! Closing time: who holds a permit finishes, who still waits for one is sent home.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{join, sync::Semaphore, time::sleep};
use tracing::{info, info_span};

/// Nobody looks at what `acquire` returns: once the shop closes, whoever waits goes to a counter,
/// free or not.
///
/// Returns how many were served.
pub async fn closing_time_wrong() -> usize {
    day(customer_wrong).await
}

async fn customer_wrong(counters: &Semaphore) -> bool {
    let _permit = counters.acquire().await;
    be_served().await;
    true
}

/// Five customers, two counters; the shop closes after one and a half seconds.
///
/// Returns how many were served.
pub async fn closing_time() -> usize {
    day(customer).await
}

async fn customer(counters: &Semaphore) -> bool {
    let Ok(_permit) = counters.acquire().await else {
        info!("sent home");
        return false;
    };
    be_served().await;
    true
}

async fn be_served() {
    info!("at the counter");
    sleep(Duration::from_secs(1)).await;
    info!("served");
}

async fn day(customer: impl AsyncFn(&Semaphore) -> bool) -> usize {
    let counters = Semaphore::new(2);
    let customers = (1..=5).map(|id| customer(&counters).instrument(info_span!("customer", id)));
    let ((), served) = join!(closer(&counters), join_all(customers));
    served.into_iter().filter(|&served| served).count()
}

async fn closer(counters: &Semaphore) {
    sleep(Duration::from_millis(1500)).await;
    info!("closing");
    counters.close();
}
