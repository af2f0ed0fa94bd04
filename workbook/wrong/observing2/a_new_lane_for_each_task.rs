//! Wrong: each task has a lane of the same name, and none is the call.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{spawn, time::sleep};
use tracing::{info, info_span, warn};

async fn call(id: u64) {
    info!("picked up");
    let mechanic = spawn(mechanic(id).instrument(info_span!(parent: None, "call", id)));
    let truck = spawn(truck(id).instrument(info_span!(parent: None, "call", id)));
    mechanic.await.expect("no panic");
    truck.await.expect("no panic");
    info!("on the way");
}

async fn everybody(calls: u64) {
    let calls = (1..=calls).map(|id| call(id).instrument(info_span!("call", id)));
    join_all(calls).await;
}

// From here on as in the solution:
// async fn mechanic(id: u64) {
