//! Wrong: a millisecond of sleep every ten pages, and the index takes longer.

use std::time::Duration;

use stage::{Instrument, block_for};
use tokio::time::{MissedTickBehavior, interval};
use tracing::{info, info_span};

async fn build_index(pages: u32) -> u64 {
    async {
        let mut sum = 0;
        for page in 0..pages {
            sum += read(page);
            if page % 10 == 9 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        sum
    }
    .instrument(info_span!("index"))
    .await
}

// From here on as in the solution:
// /// Computes for one millisecond.
