//! Wrong: the set belongs to a task that nobody stops.

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
    let stations = stations.to_vec();
    let clerk = tokio::spawn(async move {
        let deadline = Instant::now() + limit;
        let mut tasks = JoinSet::new();
        for (index, &station) in stations.iter().enumerate() {
            tasks.spawn(async move { (index, weather(station).await) });
        }
        let mut page = vec![None; stations.len()];
        while let Ok(Some(ended)) = timeout_at(deadline, tasks.join_next()).await {
            if let Ok((index, answer)) = ended {
                page[index] = Some(answer);
            }
        }
        page
    });
    clerk.await.unwrap()
}

// From here on as in the solution:
// async fn weather((city, seconds): Station) -> String {
