//! Three fetches of one second each: one after the other, or all at once.

use std::time::Duration;

use stage::{Instrument, block_for};
use tokio::time::sleep;
use tracing::{info, info_span};

const ONE_SECOND: Duration = Duration::from_secs(1);

/// Waits by stopping the whole thread.
pub fn fetch_blocking(id: u32) -> String {
    let _lane = info_span!("fetch", id).entered();
    info!("asked");
    block_for(ONE_SECOND);
    info!("answered");
    format!("page {id}")
}

/// Waits by giving the thread back.
pub async fn fetch(id: u32) -> String {
    async {
        info!("asked");
        sleep(ONE_SECOND).await;
        info!("answered");
        format!("page {id}")
    }
    .instrument(info_span!("fetch", id))
    .await
}

/// Three times the blocking wait: 3 s.
pub fn blocking() -> [String; 3] {
    [fetch_blocking(1), fetch_blocking(2), fetch_blocking(3)]
}

/// `async` alone changes nothing: each fetch begins when the one before has ended. 3 s.
pub async fn in_turn() -> [String; 3] {
    [fetch(1).await, fetch(2).await, fetch(3).await]
}

/// All three wait at the same time: 1 s.
pub async fn joined() -> [String; 3] {
    tokio::join!(fetch(1), fetch(2), fetch(3)).into()
}
