//! Wrong: stops everybody, and the story's clock knows nothing of it.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

async fn soup() {
    async {
        info!("on the stove");
        std::thread::sleep(Duration::from_secs(3));
        info!("done");
    }
    .instrument(info_span!("soup"))
    .await;
}

// From here on as in the solution:
// async fn rice() {
