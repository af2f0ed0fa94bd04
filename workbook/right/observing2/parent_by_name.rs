//! Right: hands the span on as a value.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{spawn, time::sleep};
use tracing::{Span, info, info_span, warn};

async fn call(id: u64, span: Span) {
    info!("picked up");
    let mechanic = spawn(mechanic(id).instrument(span.clone()));
    let truck = spawn(truck(id).instrument(info_span!(parent: &span, "truck")));
    mechanic.await.expect("no panic");
    truck.await.expect("no panic");
    info!("on the way");
}

async fn everybody(calls: u64) {
    let calls = (1..=calls).map(|id| {
        let span = info_span!("call", id);
        call(id, span.clone()).instrument(span)
    });
    join_all(calls).await;
}

// From here on as in the solution:
// async fn mechanic(id: u64) {
