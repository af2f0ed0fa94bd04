//! Wrong: asks again when it has been answered.

use std::{cell::RefCell, time::Duration};

use futures::future::join_all;
use stage::block_for;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep, sleep_until},
};
use tracing::info;

async fn load(per_second: u32, calls: u32, office: &Office) -> Vec<Duration> {
    let pause = Duration::from_secs(1) / per_second;
    let mut took = Vec::new();
    for _ in 0..calls {
        let asked = Instant::now();
        office.ask().await;
        took.push(asked.elapsed());
        sleep_until(asked + pause).await;
    }
    took
}

// From here on as in the solution:
// /// Sells one ticket after the other.
