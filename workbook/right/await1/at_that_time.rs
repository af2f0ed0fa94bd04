//! Right: waits until a time instead of for a time.

use std::time::Duration;

use stage::Instrument;
use tokio::time::{Instant, sleep, sleep_until};
use tracing::{info, info_span};

async fn announce(train: &str) {
    announcement(train).instrument(info_span!("platform")).await;
}

async fn announcement(train: &str) {
    let words_at = Instant::now() + Duration::from_secs(1);
    gong().await;
    sleep_until(words_at).await;
    info!("{train} is arriving");
}

// From here on as in the solution:
// async fn gong() {
