//! Wrong: every 20 ms is right for a monitor that began with the index, and for no other.

use std::time::Duration;

use stage::{Instrument, block_for};
use tokio::time::{MissedTickBehavior, interval};
use tracing::{info, info_span};

async fn build_index(pages: u32) -> u64 {
    async {
        let mut sum = 0;
        for page in 0..pages {
            sum += read(page);
            if page % 20 == 19 {
                tokio::task::yield_now().await;
            }
        }
        sum
    }
    .instrument(info_span!("index"))
    .await
}

// From here on as in the solution:
// /// Computes for one millisecond.
