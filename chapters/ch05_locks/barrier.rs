//! Three hikers walk at their own pace, and wait for each other at every hut.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{sync::Barrier, time::sleep};
use tracing::{info, info_span};

/// Hours of walking to the first hut and to the second.
const HIKERS: [(&str, [u64; 2]); 3] = [("Ada", [1, 3]), ("Bo", [2, 2]), ("Cy", [3, 1])];

/// Each leg takes as long as the slowest needs for it: 3 h and 3 h.
pub async fn hike() {
    let hut = Barrier::new(HIKERS.len());
    join_all(HIKERS.map(|(name, hours)| walk(hours, &hut).instrument(info_span!("hiker", name))))
        .await;
}

async fn walk(hours: [u64; 2], hut: &Barrier) {
    for hours in hours {
        sleep(Duration::from_hours(hours)).await;
        info!("at the hut");
        if hut.wait().await.is_leader() {
            info!("was last, so pays for the soup");
        }
    }
}
