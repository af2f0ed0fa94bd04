//! Closing time: who holds a permit finishes, who still waits for one is sent home.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{join, sync::Semaphore, time::sleep};
use tracing::{info, info_span};

/// Five customers, two counters; the shop closes after one and a half seconds.
///
/// Returns how many were served.
pub async fn closing_time() -> usize {
    let counters = Semaphore::new(2);
    let customers = join_all((1..=5).map(|id| customer(id, &counters)));
    let ((), served) = join!(closer(&counters), customers);
    served.into_iter().filter(|&served| served).count()
}

async fn customer(id: u32, counters: &Semaphore) -> bool {
    async {
        let Ok(_permit) = counters.acquire().await else {
            info!("sent home");
            return false;
        };
        info!("at the counter");
        sleep(Duration::from_secs(1)).await;
        info!("served");
        true
    }
    .instrument(info_span!("customer", id))
    .await
}

async fn closer(counters: &Semaphore) {
    sleep(Duration::from_millis(1500)).await;
    info!("closing");
    counters.close();
}
