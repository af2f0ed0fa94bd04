//! Wrong: the silence of `std` stops everybody, and the story's clock knows nothing of it.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

async fn announce(train: &str) {
    announcement(train).instrument(info_span!("platform")).await;
}

async fn announcement(train: &str) {
    gong().await;
    std::thread::sleep(Duration::from_secs(1));
    info!("{train} is arriving");
}

// From here on as in the solution:
// async fn gong() {
