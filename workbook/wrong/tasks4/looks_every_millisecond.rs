//! Wrong: polls with a sleep.

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
    for (index, &station) in stations.iter().enumerate() {
        tasks.spawn(async move { (index, weather(station).await) });
    }
    let mut page = vec![None; stations.len()];

    let deadline = Instant::now() + limit;
    while !tasks.is_empty() && Instant::now() < deadline {
        while let Some(ended) = tasks.try_join_next() {
            if let Ok((index, answer)) = ended {
                page[index] = Some(answer);
            }
        }
        if !tasks.is_empty() {
            sleep(Duration::from_millis(1)).await;
        }
    }
    page
}

// From here on as in the solution:
// async fn weather((city, seconds): Station) -> String {
