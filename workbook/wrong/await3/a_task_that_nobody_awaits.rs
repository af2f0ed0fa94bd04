//! Wrong: dinner is over before the soup.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

async fn soup() {
    async {
        info!("on the stove");
        sleep(Duration::from_secs(3)).await;
        info!("done");
    }
    .instrument(info_span!("soup"))
    .await;
}

async fn rice() {
    async {
        info!("on the stove");
        sleep(Duration::from_secs(2)).await;
        info!("done");
    }
    .instrument(info_span!("rice"))
    .await;
}

async fn dinner() {
    tokio::spawn(soup());
    rice().await;
}

// From here on as in the solution:
// fn main() {
