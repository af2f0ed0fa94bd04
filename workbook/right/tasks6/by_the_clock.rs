//! Right: gives way when ten milliseconds have passed.

use std::time::Duration;

use stage::{Instrument, block_for};
use tokio::time::{MissedTickBehavior, interval};
use tracing::{info, info_span};

async fn build_index(pages: u32) -> u64 {
    async {
        let mut sum = 0;
        let mut began = tokio::time::Instant::now();
        for page in 0..pages {
            sum += read(page);
            if began.elapsed() >= Duration::from_millis(10) {
                tokio::task::yield_now().await;
                began = tokio::time::Instant::now();
            }
        }
        sum
    }
    .instrument(info_span!("index"))
    .await
}

// From here on as in the solution:
// /// Computes for one millisecond.
