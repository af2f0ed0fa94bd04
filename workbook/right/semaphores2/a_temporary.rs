//! Right: the permit is a temporary that lives to the end of the `match`.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{sync::Semaphore, time::sleep};
use tracing::info_span;

async fn develop(number: u32, printer: &Semaphore) {
    match printer.acquire().await {
        Ok(_place) => print(number).await,
        Err(_) => return,
    }
    dry(number).await;
}

// From here on as in the solution:
// async fn print(number: u32) {
