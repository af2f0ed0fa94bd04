//! Wrong: a photo that is called off in the printer never gives its place back.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{sync::Semaphore, time::sleep};
use tracing::info_span;

async fn develop(number: u32, printer: &Semaphore) {
    printer.acquire().await.expect("the lab is open").forget();
    print(number).await;
    printer.add_permits(1);
    dry(number).await;
}

// From here on as in the solution:
// async fn print(number: u32) {
