//! Wrong: at the limit, answers that have come are thrown away.

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
    let mut tasks = JoinSet::new();
    for &station in stations {
        tasks.spawn(weather(station));
    }
    let answers = timeout(limit, tasks.join_all()).await.unwrap_or_default();
    let mut page: Vec<_> = answers.into_iter().map(Some).collect();
    page.resize(stations.len(), None);
    page
}

// From here on as in the solution:
// async fn weather((city, seconds): Station) -> String {
