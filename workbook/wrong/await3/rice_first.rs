//! Wrong: the soup is put on when the rice is done.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

async fn soup() {
    async {
        info!("on the stove");
        stage::block_for(Duration::from_secs(3));
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
    rice().await;
    soup().await;
}

// From here on as in the solution:
// fn main() {
