//! Wrong: gives the rice a chance now and then, and keeps the cook.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

async fn soup() {
    async {
        info!("on the stove");
        for _ in 0..3 {
            stage::block_for(Duration::from_secs(1));
            tokio::task::yield_now().await;
        }
        info!("done");
    }
    .instrument(info_span!("soup"))
    .await;
}

// From here on as in the solution:
// async fn rice() {
