//! A task stopped from outside: `abort` asks, and the task's next turn obeys.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    task::{JoinError, yield_now},
    time::sleep,
};
use tracing::info_span;

use crate::life::look;

const ONE_SECOND: Duration = Duration::from_secs(1);

/// Aborts a task in the middle of its wait and looks twice: `abort` asks, the next turn obeys.
pub async fn in_its_sleep() -> [bool; 2] {
    async {
        let nap = tokio::spawn(sleep(10 * ONE_SECOND).instrument(info_span!("nap")));
        let abort = nap.abort_handle();
        sleep(ONE_SECOND).await;

        abort.abort();
        look(&nap);
        let at_once = abort.is_finished();
        yield_now().await;
        look(&nap);
        [at_once, abort.is_finished()]
    }
    .instrument(info_span!("observer"))
    .await
}

/// An abort that comes too late: the result is already there, and stays.
///
/// # Errors
///
/// If the task was cancelled after all.
pub async fn too_late() -> Result<&'static str, JoinError> {
    let toast = tokio::spawn(async { "toast" });
    yield_now().await;
    toast.abort();
    toast.await
}
