//! Three ways in which a task may end before its end, and one in which it does not.

use std::time::Duration;

use stage::Instrument;
use tokio::{spawn, task::JoinSet, time::sleep};
use tracing::{info, info_span};

const SECOND: Duration = Duration::from_secs(1);

/// Three tasks of ten seconds each. The handle of one is dropped, which changes nothing; one is aborted; one
/// belongs to a set that is dropped; and at four seconds the executor ends, and takes along who is left.
pub async fn three() {
    let detached = spawn(work().instrument(info_span!("detached")));
    let aborted = spawn(work().instrument(info_span!("aborted")));
    let mut set = JoinSet::new();
    set.spawn(work().instrument(info_span!("owned")));
    sleep(SECOND).await;
    info!("drops a handle");
    drop(detached);
    sleep(SECOND).await;
    info!("aborts a task");
    aborted.abort();
    if aborted.await.is_err_and(|error| error.is_cancelled()) {
        info!("it is cancelled");
    }
    sleep(SECOND).await;
    info!("drops a set");
    drop(set);
    sleep(SECOND).await;
}

async fn work() {
    sleep(10 * SECOND).await;
}
