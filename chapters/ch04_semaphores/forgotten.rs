//! Permits that are never given back.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use thiserror::Error;
use tokio::{
    sync::Semaphore,
    time::{error::Elapsed, sleep, timeout},
};
use tracing::{info, info_span};

const PATIENCE: Duration = Duration::from_secs(10);

/// Job 2 and job 3 fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("disk full")]
pub struct DiskFull;

/// Takes and returns permits by hand. A job that fails returns nothing: after two of them nobody
/// gets on any more.
///
/// # Errors
///
/// After 10 s: jobs 4, 5 and 6 would wait for ever.
pub async fn six_jobs_wrong() -> Result<Vec<Result<(), DiskFull>>, Elapsed> {
    let permits = Semaphore::new(2);
    six_jobs_with(async |id| job_wrong(id, &permits).await).await
}

async fn job_wrong(id: u32, permits: &Semaphore) -> Result<(), DiskFull> {
    permits.acquire().await.expect("nobody closes it").forget();
    save(id).await?;
    permits.add_permits(1);
    Ok(())
}

/// The guard returns the permit, whichever way the job ends.
///
/// # Errors
///
/// None here: nobody waits for long.
pub async fn six_jobs() -> Result<Vec<Result<(), DiskFull>>, Elapsed> {
    let permits = Semaphore::new(2);
    six_jobs_with(async |id| job(id, &permits).await).await
}

async fn job(id: u32, permits: &Semaphore) -> Result<(), DiskFull> {
    let _permit = permits.acquire().await.expect("nobody closes it");
    save(id).await
}

async fn save(id: u32) -> Result<(), DiskFull> {
    sleep(Duration::from_secs(1)).await;
    if id == 2 || id == 3 {
        info!("disk full");
        return Err(DiskFull);
    }
    info!("saved");
    Ok(())
}

async fn six_jobs_with(
    job: impl AsyncFn(u32) -> Result<(), DiskFull>,
) -> Result<Vec<Result<(), DiskFull>>, Elapsed> {
    let jobs = (1..=6).map(|id| job(id).instrument(info_span!("job", id)));
    timeout(PATIENCE, join_all(jobs)).await
}
