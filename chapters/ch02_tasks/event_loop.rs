//! What a runtime does all day: take the next ready task, poll it, and look for what woke up.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{
    task::yield_now,
    time::{Instant, sleep, sleep_until},
};
use tracing::{info, info_span};

const ONE_SECOND: Duration = Duration::from_secs(1);

/// Three tasks of three turns each. On one thread nobody gets a second turn before all had their
/// first.
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
