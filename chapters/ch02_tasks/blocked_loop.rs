//! An alarm beside a long computation: no timer is looked at during a poll.

use std::time::Duration;

use futures::future::join_all;
use stage::{Instrument, block_for};
use tokio::time::sleep;
use tracing::{info, info_span};

const ONE_SECOND: Duration = Duration::from_secs(1);

/// A pitfall: one task keeps the only thread for three seconds, and the alarm set for 1 s rings at 3 s.
pub async fn alarm_wrong() {
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
