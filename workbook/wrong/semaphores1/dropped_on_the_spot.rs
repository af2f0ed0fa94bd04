//! Wrong: `_` keeps no permit: all ten are on a bench at once.

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
    let _ = benches.acquire().await.expect("the shop is open");
    async {
        info!("on the bench");
        sleep(Duration::from_secs(1)).await;
    }
    .instrument(info_span!("bicycle", number))
    .await;
}

// From here on as in the solution:
// fn main() {
