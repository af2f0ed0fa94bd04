//! Wrong: the silence is prepared, and nobody waits for it.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

async fn announce(train: &str) {
    announcement(train).instrument(info_span!("platform")).await;
}

async fn announcement(train: &str) {
    gong().await;
    let _ = sleep(Duration::from_secs(1));
    info!("{train} is arriving");
}

// From here on as in the solution:
// async fn gong() {
