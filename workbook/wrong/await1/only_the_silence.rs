//! Wrong: the gong is prepared, and never sounds.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

async fn announce(train: &str) {
    announcement(train).instrument(info_span!("platform")).await;
}

async fn announcement(train: &str) {
    let _gong = gong();
    sleep(Duration::from_secs(1)).await;
    info!("{train} is arriving");
}

// From here on as in the solution:
// async fn gong() {
