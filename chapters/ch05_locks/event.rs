//! Three runners wait for the starting gun; one of them comes late.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    join,
    sync::{Notify, watch},
    time::{error::Elapsed, sleep, timeout},
};
use tracing::{info, info_span};

const PATIENCE: Duration = Duration::from_secs(10);

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// `notify_waiters` is heard by those who are waiting, and by nobody who comes later.
///
/// # Errors
///
/// After 10 s: runner 3 would wait for ever.
pub async fn race_wrong() -> Result<(), Elapsed> {
    let gun = Notify::new();
    let fire = || gun.notify_waiters();
    let wait = async || gun.notified().await;
    three_runners(fire, wait).await
}

/// A `watch` channel remembers: whoever comes late finds that it has happened.
///
/// # Errors
///
/// None here: nobody waits in vain.
pub async fn race() -> Result<(), Elapsed> {
    let fired = watch::Sender::new(false);
    let fire = || {
        fired.send_replace(true);
    };
    let wait = async || {
        // An error would mean that the sender is gone; it is in the line above.
        let _ = fired.subscribe().wait_for(|&fired| fired).await;
    };
    three_runners(fire, wait).await
}

async fn three_runners(fire: impl Fn(), wait: impl AsyncFn()) -> Result<(), Elapsed> {
    let starter = async {
        sleep(seconds(1)).await;
        info!("bang");
        fire();
    };
    let runner = async |arrives| {
        sleep(arrives).await;
        info!("at the line");
        wait().await;
        info!("off");
    };
    timeout(PATIENCE, async {
        join!(
            biased;
            starter.instrument(info_span!("starter")),
            runner(seconds(0)).instrument(info_span!("runner 1")),
            runner(seconds(0)).instrument(info_span!("runner 2")),
            runner(seconds(2)).instrument(info_span!("runner 3")),
        );
    })
    .await
}
