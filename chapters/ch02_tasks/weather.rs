//! The weather in four cities, under one limit of five seconds.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout, timeout_at},
};
use tracing::{info, info_span};

/// All the time there is.
pub const LIMIT: Duration = Duration::from_secs(5);

/// Each city and the seconds its weather service takes.
pub const CITIES: [(&str, u64); 4] = [("Oslo", 1), ("Lima", 2), ("Cairo", 4), ("Quito", 7)];

/// A city and its weather.
pub type Answer = (&'static str, &'static str);

/// Asks one city's weather service.
pub async fn ask(city: &'static str, seconds: u64) -> Answer {
    async {
        info!("asked");
        sleep(Duration::from_secs(seconds)).await;
        info!("sunny");
        (city, "sunny")
    }
    .instrument(info_span!("city", %city))
    .await
}

/// A pitfall: at the limit three answers are thrown away and the fourth is still being fetched.
pub async fn all_or_nothing_wrong() -> Vec<Answer> {
    let asked = CITIES.map(|(city, seconds)| tokio::spawn(ask(city, seconds)));
    let answers = timeout(LIMIT, join_all(asked)).await.unwrap_or_default();
    answers.into_iter().flatten().collect()
}

/// Takes each answer as it comes; at the limit keeps those it has and cancels the rest.
pub async fn what_came_in_time() -> Vec<Answer> {
    let limit = Instant::now() + LIMIT;
    let mut asked = JoinSet::new();
    for (city, seconds) in CITIES {
        asked.spawn(ask(city, seconds));
    }
    taken_until(limit, asked).await
}

/// The answers that come before the limit, in the order in which they come. What is there when it
/// is polled counts as in time.
///
/// Dropping it cancels all that are still asked.
pub async fn taken_until(limit: Instant, mut asked: JoinSet<Answer>) -> Vec<Answer> {
    let mut answers = Vec::new();
    while let Ok(Some(ended)) = timeout_at(limit, asked.join_next()).await {
        match ended {
            Ok(answer) => answers.push(answer),
            // No reason to lose the others, and none to keep silent.
            Err(failure) => info!("no answer: {failure}"),
        }
    }
    asked.shutdown().await;
    answers
}

/// Goes on air with the answers there are, and stays there until 8 s have passed.
pub async fn bulletin(report: impl Future<Output = Vec<Answer>>) -> Vec<Answer> {
    async {
        let end = Instant::now() + Duration::from_secs(8);
        let answers = report.await;
        info!("on air with {} answers", answers.len());
        sleep_until(end).await;
        answers
    }
    .instrument(info_span!("bulletin"))
    .await
}
