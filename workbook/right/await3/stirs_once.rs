//! Right: two waits, with a look into the pot between them.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

async fn soup() {
    async {
        info!("on the stove");
        for _ in 0..2 {
            sleep(Duration::from_millis(1_500)).await;
        }
        info!("done");
    }
    .instrument(info_span!("soup"))
    .await;
}

// From here on as in the solution:
// async fn rice() {
