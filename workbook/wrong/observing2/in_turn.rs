//! Wrong: no spawn, no loss; and no two things at the same time.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{spawn, time::sleep};
use tracing::{info, info_span, warn};

async fn call(id: u64) {
    info!("picked up");
    mechanic(id).await;
    truck(id).await;
    info!("on the way");
}

async fn everybody(calls: u64) {
    let calls = (1..=calls).map(|id| call(id).instrument(info_span!("call", id)));
    join_all(calls).await;
}

// From here on as in the solution:
// async fn mechanic(id: u64) {
