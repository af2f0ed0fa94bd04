//! Wrong: the span is entered for as long as a guard lives, also while others are polled.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{spawn, time::sleep};
use tracing::{info, info_span, warn};

async fn call(id: u64) {
    info!("picked up");
    let mechanic = spawn(mechanic(id).in_current_span());
    let truck = spawn(truck(id).in_current_span());
    mechanic.await.expect("no panic");
    truck.await.expect("no panic");
    info!("on the way");
}

async fn everybody(calls: u64) {
    let calls = (1..=calls).map(|id| async move {
        let span = info_span!("call", id);
        let _entered = span.enter();
        call(id).await;
    });
    join_all(calls).await;
}

// From here on as in the solution:
// async fn mechanic(id: u64) {
