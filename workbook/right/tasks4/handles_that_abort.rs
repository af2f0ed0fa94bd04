//! Right: each handle stops its task when it is dropped.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout, timeout_at},
};
use tracing::{info, info_span};

/// A city, and the seconds its weather station needs to answer.
type Station = (&'static str, u64);

async fn weather_page(stations: &[Station], limit: Duration) -> Vec<Option<String>> {
    let deadline = Instant::now() + limit;
    let tasks: Vec<_> = stations
        .iter()
        .map(|&station| tokio_util::task::AbortOnDropHandle::new(tokio::spawn(weather(station))))
        .collect();
    let mut page = Vec::new();
    for task in tasks {
        page.push(timeout_at(deadline, task).await.ok().and_then(Result::ok));
    }
    page
}

// From here on as in the solution:
// async fn weather((city, seconds): Station) -> String {
