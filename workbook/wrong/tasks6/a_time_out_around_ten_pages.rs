//! Wrong: a time-out interrupts nothing that does not await.

use std::time::Duration;

use stage::{Instrument, block_for};
use tokio::time::{MissedTickBehavior, interval};
use tracing::{info, info_span};

async fn build_index(pages: u32) -> u64 {
    async {
        let mut sum = 0;
        let all = async {
            for page in 0..pages {
                sum += read(page);
            }
        };
        let mut all = std::pin::pin!(all);
        while tokio::time::timeout(Duration::from_millis(10), all.as_mut())
            .await
            .is_err()
        {}
        sum
    }
    .instrument(info_span!("index"))
    .await
}

// From here on as in the solution:
// /// Computes for one millisecond.
