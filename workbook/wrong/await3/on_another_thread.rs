//! Wrong: blocks a thread of the pool for what is only a wait.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

async fn soup() {
    async {
        info!("on the stove");
        let simmer = || std::thread::sleep(Duration::from_secs(3));
        tokio::task::spawn_blocking(simmer).await.unwrap();
        info!("done");
    }
    .instrument(info_span!("soup"))
    .await;
}

// From here on as in the solution:
// async fn rice() {
