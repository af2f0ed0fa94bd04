//! How many at a time, or how many a second? Eight calls under either limit, and under both.

use std::time::Duration;

use futures::{StreamExt, stream::FuturesUnordered};
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

use super::{
    permits::{InvalidLimit, permits},
    token_bucket::TokenBucket,
};

const CALLS: u32 = 8;

/// At most `at_once` calls are under way: the faster the server, the more calls a second.
///
/// # Errors
///
/// If `at_once` is not a number of permits.
///
/// # Panics
///
/// Never: nobody closes the semaphore.
pub async fn by_concurrency(at_once: usize, takes: Duration) -> Result<(), InvalidLimit> {
    let permits = permits(at_once)?;
    eight_calls(async || {
        let _permit = permits.acquire().await.expect("nobody closes it");
        call(takes).await;
    })
    .await;
    Ok(())
}

/// So many calls a second: the slower the server, the more of them are under way.
pub async fn by_rate(bucket: &TokenBucket, takes: Duration) {
    eight_calls(async || {
        bucket.acquire().await;
        call(takes).await;
    })
    .await;
}

/// Both. The permit comes first: tokens that were taken before a long wait for a permit would be
/// spent late, and all together.
///
/// # Errors
///
/// If `at_once` is not a number of permits.
///
/// # Panics
///
/// Never: nobody closes the semaphore.
pub async fn by_both(
    at_once: usize,
    bucket: &TokenBucket,
    takes: Duration,
) -> Result<(), InvalidLimit> {
    let permits = permits(at_once)?;
    eight_calls(async || {
        let _permit = permits.acquire().await.expect("nobody closes it");
        bucket.acquire().await;
        call(takes).await;
    })
    .await;
    Ok(())
}

async fn call(takes: Duration) {
    info!("sent");
    sleep(takes).await;
}

async fn eight_calls(limited_call: impl AsyncFn()) {
    (1..=CALLS)
        .map(|id| limited_call().instrument(info_span!("call", id)))
        .collect::<FuturesUnordered<_>>()
        .collect::<()>()
        .await;
}
