//! Ten jobs of one second, three at a time.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{sync::Semaphore, time::sleep};
use tracing::{info, info_span};

use super::permits::{InvalidLimit, permits};

const ONE_SECOND: Duration = Duration::from_secs(1);

/// Every job asks for a permit; `_` does not keep it. All run at once: 1 s.
///
/// # Errors
///
/// If `at_once` is not a number of permits.
pub async fn ten_jobs_wrong(at_once: usize) -> Result<(), InvalidLimit> {
    let permits = permits(at_once)?;
    join_all((1..=10).map(|id| job_wrong(id, &permits))).await;
    Ok(())
}

async fn job_wrong(id: u32, permits: &Semaphore) {
    async {
        let _ = permits.acquire().await.expect("nobody closes it");
        info!("working");
        sleep(ONE_SECOND).await;
    }
    .instrument(info_span!("job", id))
    .await;
}

/// Every job holds its permit while it works: at most `at_once` do so together.
///
/// # Errors
///
/// If `at_once` is not a number of permits.
pub async fn ten_jobs(at_once: usize) -> Result<(), InvalidLimit> {
    let permits = permits(at_once)?;
    join_all((1..=10).map(|id| job(id, &permits))).await;
    Ok(())
}

async fn job(id: u32, permits: &Semaphore) {
    async {
        let _permit = permits.acquire().await.expect("nobody closes it");
        info!("working");
        sleep(ONE_SECOND).await;
    }
    .instrument(info_span!("job", id))
    .await;
}
