//! Right: the page is filled from outside of the future that is dropped.

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

    let all = async {
        while let Some(ended) = tasks.join_next().await {
            if let Ok((index, answer)) = ended {
                page[index] = Some(answer);
            }
        }
    };
    // At the limit, the page has what has come.
    let _ = timeout(limit, all).await;
    tasks.shutdown().await;
    page
}

// From here on as in the solution:
// async fn weather((city, seconds): Station) -> String {
