//! Five a second, counted second by second or drop by drop.

use std::{cell::Cell, time::Duration};

use futures::future::join_all;
use stage::Instrument;
use tokio::time::{Instant, sleep, sleep_until};
use tracing::{info, info_span};

use super::token_bucket::{InvalidBucket, TokenBucket};

const PER_SECOND: u32 = 5;
const SECOND: Duration = Duration::from_secs(1);

/// Counts the calls of each second and starts again with the next: ten within 0.1 s.
pub async fn rush_wrong() {
    let second = Cell::new(Instant::now());
    let calls = Cell::new(0);
    rush(async || {
        loop {
            if second.get().elapsed() >= SECOND {
                second.set(Instant::now());
                calls.set(0);
            }
            if calls.get() < PER_SECOND {
                calls.update(|calls| calls + 1);
                return;
            }
            sleep_until(second.get() + SECOND).await;
        }
    })
    .await;
}

/// Lets five go ahead at once, then one every fifth of a second.
///
/// # Errors
///
/// None here: five a second is a rate.
pub async fn rush_by_bucket() -> Result<(), InvalidBucket> {
    let bucket = TokenBucket::new(PER_SECOND, SECOND, PER_SECOND)?;
    rush(async || bucket.acquire().await).await;
    Ok(())
}

/// Ten calls, shortly before the first second is full.
async fn rush(pass: impl AsyncFn()) {
    sleep(Duration::from_millis(900)).await;
    join_all((1..=10).map(|id| {
        async {
            pass().await;
            info!("sent");
        }
        .instrument(info_span!("call", id))
    }))
    .await;
}
