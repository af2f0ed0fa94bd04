//! Right: waits until a time instead of for a time.

use std::time::Duration;

use stage::Instrument;
use tokio::time::{Instant, sleep, sleep_until};
use tracing::{info, info_span};

async fn soup() {
    async {
        info!("on the stove");
        sleep_until(Instant::now() + Duration::from_secs(3)).await;
        info!("done");
    }
    .instrument(info_span!("soup"))
    .await;
}

// From here on as in the solution:
// async fn rice() {
