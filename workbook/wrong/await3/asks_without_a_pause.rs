//! Wrong: gives way all the time, so that nobody ever has nothing to do.

use std::time::Duration;

use stage::Instrument;
use tokio::time::{Instant, sleep};
use tracing::{info, info_span};

async fn soup() {
    async {
        info!("on the stove");
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(3) {
            tokio::task::yield_now().await;
        }
        info!("done");
    }
    .instrument(info_span!("soup"))
    .await;
}

// From here on as in the solution:
// async fn rice() {
