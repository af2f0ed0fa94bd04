//! "Five in any second": what a fixed window, a bucket, a sliding window and an even pace make of it.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

use super::{
    fixed_window::FixedWindow,
    permits::InvalidLimit,
    sliding_window::SlidingWindow,
    token_bucket::{InvalidBucket, TokenBucket},
};

const SECOND: Duration = Duration::from_secs(1);

/// Five in each counted second: ten within 0.1 s.
///
/// # Errors
///
/// None here: five is a limit.
pub async fn by_fixed_window_wrong() -> Result<(), InvalidLimit> {
    let window = FixedWindow::new(5, SECOND)?;
    rush(async || window.acquire().await).await;
    Ok(())
}

/// Five at once, and then one every fifth of a second: nine in the second that begins at 0.9 s.
///
/// # Errors
///
/// None here: five a second is a rate.
pub async fn by_bucket_wrong() -> Result<(), InvalidBucket> {
    let bucket = TokenBucket::new(5, SECOND, 5)?;
    rush(async || bucket.acquire().await).await;
    Ok(())
}

/// Never more than five in any second: five at once, the other five a second later.
///
/// # Errors
///
/// None here: five is a limit.
pub async fn by_sliding_window() -> Result<(), InvalidLimit> {
    let window = SlidingWindow::new(5, SECOND)?;
    rush(async || window.acquire().await).await;
    Ok(())
}

/// Never more than five in any second, and never two at once: one every fifth of a second.
///
/// # Errors
///
/// None here: five a second is a rate.
pub async fn by_pace() -> Result<(), InvalidBucket> {
    let pace = TokenBucket::new(5, SECOND, 1)?;
    rush(async || pace.acquire().await).await;
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
