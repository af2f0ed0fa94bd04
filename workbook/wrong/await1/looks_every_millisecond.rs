//! Wrong: wakes a thousand times to wait once.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

async fn announce(train: &str) {
    announcement(train).instrument(info_span!("platform")).await;
}

async fn announcement(train: &str) {
    gong().await;
    for _ in 0..1_000 {
        sleep(Duration::from_millis(1)).await;
    }
    info!("{train} is arriving");
}

// From here on as in the solution:
// async fn gong() {
