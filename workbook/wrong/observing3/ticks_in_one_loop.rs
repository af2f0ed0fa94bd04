//! Wrong: measures from the tick, but a tick waits for the answer before.

use std::{cell::RefCell, time::Duration};

use futures::future::join_all;
use stage::block_for;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep, sleep_until},
};
use tracing::info;

async fn load(per_second: u32, calls: u32, office: &Office) -> Vec<Duration> {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / per_second);
    let mut took = Vec::new();
    for _ in 0..calls {
        let due = ticks.tick().await;
        office.ask().await;
        took.push(due.elapsed());
    }
    took
}

// From here on as in the solution:
// /// Sells one ticket after the other.
