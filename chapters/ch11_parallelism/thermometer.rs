//! A thermometer beside a report that blocks: what a blocked thread looks like from within.

use std::time::Duration;

use stage::{Instrument, block_for};
use tokio::{
    task::yield_now,
    time::{interval, timeout},
};
use tracing::{info, info_span};

const ONE_SECOND: Duration = Duration::from_secs(1);

/// Reads a thermometer every second, five times, beside a report that may take one second and
/// computes for three; it gives way after every so many half seconds, but not at its end: with 6 it never
/// does. Tells whether the report came.
///
/// # Panics
///
/// Only if a task did; so if it is to give way after 0.
pub async fn beside_a_report(gives_way_after: u32) -> bool {
    let thermometer = tokio::spawn(thermometer().instrument(info_span!("thermometer")));
    let report = async move {
        let printed = timeout(ONE_SECOND, report(gives_way_after)).await.is_ok();
        info!("{}", if printed { "printed" } else { "timed out" });
        printed
    };
    let report = tokio::spawn(report.instrument(info_span!("report")));
    thermometer.await.expect("five degrees were read");
    report.await.expect("nothing panics")
}

async fn report(gives_way_after: u32) {
    for half_seconds in 0..6 {
        if half_seconds > 0 && half_seconds % gives_way_after == 0 {
            yield_now().await;
        }
        block_for(ONE_SECOND / 2);
    }
}

async fn thermometer() {
    let mut every_second = interval(ONE_SECOND);
    for degrees in 18..23 {
        every_second.tick().await;
        info!("{degrees} °C");
    }
}
