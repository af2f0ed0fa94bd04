//! Wrong: limits the crowd in the shop, and whoever calls `repair` elsewhere takes a bench that is not free.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{sync::Semaphore, time::sleep};
use tracing::{info, info_span};

async fn shop(bicycles: u32, benches: usize) {
    let permits = Semaphore::new(benches);
    let numbers: Vec<_> = (1..=bicycles).collect();
    for group in numbers.chunks(benches) {
        join_all(group.iter().map(|&number| repair(number, &permits))).await;
    }
}

async fn repair(number: u32, benches: &Semaphore) {
    async {
        info!("on the bench");
        sleep(Duration::from_secs(1)).await;
    }
    .instrument(info_span!("bicycle", number))
    .await;
}

// From here on as in the solution:
// fn main() {
