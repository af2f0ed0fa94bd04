//! Wrong: a reader who leaves drops the handles, and the tasks run on.

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
        .map(|&station| tokio::spawn(weather(station)))
        .collect();
    let mut page = Vec::new();
    for mut task in tasks {
        match timeout_at(deadline, &mut task).await {
            Ok(answer) => page.push(answer.ok()),
            Err(_) => {
                task.abort();
                page.push(None);
            }
        }
    }
    page
}

// From here on as in the solution:
// async fn weather((city, seconds): Station) -> String {
