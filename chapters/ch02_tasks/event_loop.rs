//! What a runtime does all day: take the next ready task, poll it, and look for what woke up.

use std::{
    sync::{Arc, Barrier},
    thread::{self, ThreadId},
    time::Duration,
};

use futures::future::join_all;
use stage::{Instrument, block_for};
use tokio::{
    task::{JoinError, yield_now},
    time::{Instant, sleep, sleep_until},
};
use tracing::{info, info_span};

const ONE_SECOND: Duration = Duration::from_secs(1);

/// Three tasks of three turns each: nobody gets a second turn before all had their first.
pub async fn turns() {
    let tasks = ["A", "B", "C"].map(|name| {
        let turns = async {
            for turn in 1..=3 {
                info!("turn {turn}");
                yield_now().await;
            }
        };
        tokio::spawn(turns.instrument(info_span!("task", name)))
    });
    join_all(tasks).await;
}

/// Something to do at three o'clock (3 s), later (after 2 s), soon, and now. It happens in the
/// opposite order.
pub async fn agenda() {
    let three = Instant::now() + 3 * ONE_SECOND;
    let at = async move {
        sleep_until(three).await;
        info!("it is three");
    };
    let later = async {
        sleep(2 * ONE_SECOND).await;
        info!("two seconds later");
    };
    let soon = async { info!("my first turn") };

    let at = tokio::spawn(at.instrument(info_span!("at three")));
    let later = tokio::spawn(later.instrument(info_span!("later")));
    let soon = tokio::spawn(soon.instrument(info_span!("soon")));
    info!("now");
    join_all([at, later, soon]).await;
}

/// A pitfall: one task keeps the only thread for three seconds, and the alarm set for 1 s rings at 3 s.
pub async fn blocked_wrong() {
    let alarm = async {
        info!("set for one second");
        sleep(ONE_SECOND).await;
        info!("rings");
    };
    let sums = async {
        info!("computing");
        block_for(3 * ONE_SECOND);
    };
    let alarm = tokio::spawn(alarm.instrument(info_span!("alarm")));
    let sums = tokio::spawn(sums.instrument(info_span!("sums")));
    join_all([alarm, sums]).await;
}

/// Two tasks that block at a barrier for two, and the thread each of them ran on. They can only
/// meet if two threads poll at the same moment; on a current-thread runtime the first would wait
/// for ever.
///
/// # Errors
///
/// If a task panicked, which they do not.
pub async fn meet(both: Arc<Barrier>) -> Result<[ThreadId; 2], JoinError> {
    let arrive = |both: Arc<Barrier>| async move {
        both.wait();
        thread::current().id()
    };
    let first = tokio::spawn(arrive(Arc::clone(&both)));
    let second = tokio::spawn(arrive(both));
    Ok([first.await?, second.await?])
}
