//! Right: a future that prints with a permit, and then another that dries.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{sync::Semaphore, time::sleep};
use tracing::info_span;

async fn develop(number: u32, printer: &Semaphore) {
    let printed = async {
        let _place = printer.acquire().await.expect("the lab is open");
        print(number).await;
    };
    printed.await;
    dry(number).await;
}

// From here on as in the solution:
// async fn print(number: u32) {
