//! Right: one future holds all, and each has the same limit.

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
    let asked = stations
        .iter()
        .map(|&station| timeout(limit, weather(station)));
    let answers = futures::future::join_all(asked).await;
    answers.into_iter().map(Result::ok).collect()
}

// From here on as in the solution:
// async fn weather((city, seconds): Station) -> String {
