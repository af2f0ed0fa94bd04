//! Wrong: all come at once.

use std::{cell::RefCell, time::Duration};

use futures::future::join_all;
use stage::block_for;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep, sleep_until},
};
use tracing::info;

async fn load(per_second: u32, calls: u32, office: &Office) -> Vec<Duration> {
    let begin = Instant::now();
    join_all((0..calls).map(|n| async move {
        let due = begin + Duration::from_secs(1) * n / per_second;
        office.ask().await;
        due.elapsed()
    }))
    .await
}

// From here on as in the solution:
// /// Sells one ticket after the other.
