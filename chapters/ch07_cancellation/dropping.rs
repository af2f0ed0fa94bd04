//! To drop a future is to cancel it, whoever drops it.

use std::time::Duration;

use stage::Instrument;
use tokio::{task::JoinSet, time::sleep};
use tracing::{info, info_span};

const ONE_SECOND: Duration = Duration::from_secs(1);

/// Aborted, not chosen by `select!`, in a set that is dropped: three words for being dropped.
/// Each of the three has borrowed a drill, and each brings it back.
pub async fn three_ways() {
    let aborted = tokio::spawn(borrow_drill().instrument(info_span!("aborted")));
    let not_chosen = borrow_drill().instrument(info_span!("not chosen"));
    let mut set = JoinSet::new();
    set.spawn(borrow_drill().instrument(info_span!("in a set")));

    tokio::select! {
        biased;
        // Cut off on purpose: that is what this story shows.
        () = not_chosen => {}
        () = sleep(ONE_SECOND) => {}
    }
    sleep(ONE_SECOND).await;
    aborted.abort();
    // Aborting asks the runtime to drop it; this waits until it has.
    let _ = aborted.await;
    sleep(ONE_SECOND).await;
    drop(set);
    // As above: the set asks, and a poll later it is done.
    tokio::task::yield_now().await;
}

async fn borrow_drill() {
    let _drill = Drill;
    sleep(Duration::from_hours(1)).await;
}

/// Cleaning up that does not wait belongs into `Drop`: it happens whichever way one leaves.
struct Drill;

impl Drop for Drill {
    fn drop(&mut self) {
        info!("drill brought back");
    }
}
