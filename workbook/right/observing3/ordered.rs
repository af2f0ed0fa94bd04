//! Right: a stream that keeps the order.

use std::{cell::RefCell, time::Duration};

use futures::future::join_all;
use stage::block_for;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep, sleep_until},
};
use tracing::info;

async fn load(per_second: u32, calls: u32, office: &Office) -> Vec<Duration> {
    use futures::stream::{FuturesOrdered, StreamExt};

    let begin = Instant::now();
    let calls = (0..calls).map(|n| {
        let due = begin + Duration::from_secs(1) * n / per_second;
        async move {
            sleep_until(due).await;
            office.ask().await;
            Instant::now() - due
        }
    });
    calls.collect::<FuturesOrdered<_>>().collect().await
}

// From here on as in the solution:
// /// Sells one ticket after the other.
