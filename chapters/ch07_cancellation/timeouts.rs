//! Three ways not to wait for ever: give up, keep a deadline, leave it running.

use std::time::Duration;

use stage::{Instrument, block_for};
use tokio::{
    task::{JoinError, yield_now},
    time::{Instant, error::Elapsed, sleep, timeout, timeout_at},
};
use tracing::{info, info_span};

const LIMIT: Duration = Duration::from_secs(2);

/// Gives up after two seconds. What was waited for is dropped, and with it ends.
///
/// # Errors
///
/// [`Elapsed`]: always, as the work takes longer.
pub async fn give_up() -> Result<u32, Elapsed> {
    timeout(LIMIT, report().instrument(info_span!("report"))).await
}

/// Three steps, each with two seconds of its own: nothing is late, and it takes 4.5 s.
///
/// # Errors
///
/// [`Elapsed`] if one step takes longer; none does.
pub async fn each_step_wrong() -> Result<u32, Elapsed> {
    let mut pages = 0;
    for number in 1..=3 {
        pages += timeout(LIMIT, step(number)).await?;
    }
    Ok(pages)
}

/// One deadline over the whole block.
///
/// # Errors
///
/// [`Elapsed`]: always, as the work takes longer.
pub async fn deadline() -> Result<u32, Elapsed> {
    timeout_at(deadline_after(LIMIT), async {
        let mut pages = 0;
        for number in 1..=3 {
            pages += step(number).await;
        }
        pages
    })
    .await
}

/// Computes nine pages, half a second each, without an await: nobody can drop it meanwhile, and
/// nobody looks at the clock. It is in time, says the time-out, after 4.5 s.
///
/// # Errors
///
/// [`Elapsed`]: never, as the work is ready when the time-out looks at it.
pub async fn too_busy_wrong() -> Result<u32, Elapsed> {
    let pages = async { (1..=9).map(compute).sum() };
    timeout(LIMIT, pages.instrument(info_span!("report"))).await
}

/// The same, but it gives way after each page. That is where it can be dropped.
///
/// # Errors
///
/// [`Elapsed`]: always, as the work takes longer.
pub async fn gives_way() -> Result<u32, Elapsed> {
    let pages = async {
        let mut pages = 0;
        for number in 1..=9 {
            pages += compute(number);
            yield_now().await;
        }
        pages
    };
    timeout(LIMIT, pages.instrument(info_span!("report"))).await
}

/// Stops waiting after two seconds, but lets the report run on, as a task; here its owner comes
/// back for it later. Only the reference to the handle was dropped.
///
/// # Errors
///
/// If the report panics.
pub async fn let_it_run() -> Result<u32, JoinError> {
    let mut task = tokio::spawn(report().instrument(info_span!("report")));
    if let Ok(in_time) = timeout(LIMIT, &mut task).await {
        return in_time;
    }
    info!("too late for today");
    task.await
}

/// The moment `limit` from now; some decades from now if the clock cannot count that far.
/// (`Instant::now() + limit` would panic.)
#[must_use]
pub fn deadline_after(limit: Duration) -> Instant {
    const FAR: Duration = Duration::from_hours(24 * 365 * 30);
    let now = Instant::now();
    now.checked_add(limit).unwrap_or_else(|| now + FAR)
}

async fn report() -> u32 {
    sleep(Duration::from_secs(3)).await;
    info!("42 pages");
    42
}

/// Computing, as far as anybody else can tell: a page in half a second.
fn compute(number: u32) -> u32 {
    block_for(Duration::from_millis(500));
    info!("page {number}");
    1
}

async fn step(number: u32) -> u32 {
    async {
        sleep(Duration::from_millis(1500)).await;
        info!("14 pages");
        14
    }
    .instrument(info_span!("step", number))
    .await
}
