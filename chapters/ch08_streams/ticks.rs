//! A tick every second, and once somebody is busy for two and a half: three ways to catch up.

use std::time::Duration;

use futures::StreamExt;
use stage::{Instrument, ms};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_stream::wrappers::IntervalStream;
use tracing::{info, info_span};

const PERIOD: Duration = Duration::from_secs(1);
const BUSY: Duration = ms(2500);

/// When the first six ticks were taken; after the first one the taker is busy.
pub async fn ticks(behavior: MissedTickBehavior) -> Vec<Duration> {
    let mut interval = interval(PERIOD);
    interval.set_missed_tick_behavior(behavior);
    let start = Instant::now();
    IntervalStream::new(interval)
        .take(6)
        .enumerate()
        .then(async |(number, _due)| {
            let taken = start.elapsed();
            info!("tick {number}");
            if number == 0 {
                sleep(BUSY).await;
            }
            taken
        })
        .collect()
        .instrument(info_span!("taker"))
        .await
}
