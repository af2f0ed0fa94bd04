//! Wrong: looks for a free bench every 100 ms, which comes late and keeps everybody awake.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{sync::Semaphore, time::sleep};
use tracing::{info, info_span};

async fn shop(bicycles: u32, benches: usize) {
    let benches = Semaphore::new(benches);
    join_all((1..=bicycles).map(|number| repair(number, &benches))).await;
}

async fn repair(number: u32, benches: &Semaphore) {
    let _bench = loop {
        if let Ok(bench) = benches.try_acquire() {
            break bench;
        }
        sleep(Duration::from_millis(100)).await;
    };
    async {
        info!("on the bench");
        sleep(Duration::from_secs(1)).await;
    }
    .instrument(info_span!("bicycle", number))
    .await;
}

// From here on as in the solution:
// fn main() {
