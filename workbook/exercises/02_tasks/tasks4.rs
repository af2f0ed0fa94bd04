//! A weather page for four cities must be shown after five seconds, with what has come by then.
//! This one shows too late, and requests that nobody waits for any more keep running.
//!
//! Goal: one limit for all cities together; in the order of the list, `None` for a city that did
//! not answer in time. When the page is shown, or its reader has left before, nothing is left
//! running. If all are quick, the page is shown as soon as the last has answered.
//!
//! Lesson: `chapters/ch02_tasks/README.md`, "Weather: one limit for all"

use std::time::Duration;

use stage::Instrument;
use tokio::time::{sleep, timeout};
use tracing::{info, info_span};

/// A city, and the seconds its weather station needs to answer.
type Station = (&'static str, u64);

async fn weather_page(stations: &[Station], limit: Duration) -> Vec<Option<String>> {
    // TODO: one limit for all, and nobody runs on when it is over.
    let tasks: Vec<_> = stations
        .iter()
        .map(|&station| tokio::spawn(weather(station)))
        .collect();
    let mut page = Vec::new();
    for task in tasks {
        let answer = timeout(limit, task).await;
        page.push(answer.ok().and_then(Result::ok));
    }
    page
}

async fn weather((city, seconds): Station) -> String {
    async {
        sleep(Duration::from_secs(seconds)).await;
        info!("answered");
        format!("{city}: sunny")
    }
    .instrument(info_span!("ask", city))
    .await
}

fn main() {
    let stations = [("Oslo", 1), ("Rome", 7), ("Lima", 2), ("Delhi", 9)];
    stage::play(
        "Weather in four cities",
        weather_page(&stations, Duration::from_secs(3)),
    );
}

#[cfg(test)]
mod tests {
    use stage::Outcome;
    use tokio::{runtime::Handle, task::yield_now};

    use super::*;

    #[test]
    fn late_cities_are_left_out_and_stopped() {
        let stations = [
            ("Lima", 7),
            ("Oslo", 1),
            ("Delhi", 9),
            ("Rome", 4),
            ("Bonn", 6),
        ];
        for limit in [5, 6, 2].map(Duration::from_secs) {
            let played = stage::record(async {
                let page = weather_page(&stations, limit + Duration::from_millis(1)).await;
                yield_now().await;
                (page, Handle::current().metrics().num_alive_tasks())
            });

            assert_eq!(
                played.elapsed,
                limit + Duration::from_millis(1),
                "one limit for all cities together"
            );
            let (page, still_running) = &played.value;
            for (&(city, seconds), answer) in stations.iter().zip(page) {
                let lane = played.lane(&format!("ask {city}"));
                if Duration::from_secs(seconds) <= limit {
                    assert_eq!(answer.as_deref(), Some(&*format!("{city}: sunny")));
                } else {
                    assert_eq!(answer.as_deref(), None, "{city} is too late");
                    assert_eq!(lane.outcome, Outcome::Cancelled, "{city}");
                }
            }
            assert_eq!(page.len(), stations.len());
            assert_eq!(
                *still_running, 0,
                "tasks run on although nobody waits for them"
            );
        }
    }

    #[test]
    fn a_reader_who_leaves_stops_everything() {
        let stations = [("Oslo", 1), ("Rome", 4), ("Lima", 7)];
        let still_running = stage::virtual_time(async {
            let page = weather_page(&stations, Duration::from_secs(5));
            let left = tokio::time::timeout(Duration::from_secs(2), page).await;
            assert!(left.is_err());
            yield_now().await;
            Handle::current().metrics().num_alive_tasks()
        });
        assert_eq!(still_running, 0, "requests that nobody waits for");
    }

    #[test]
    fn quick_cities_are_shown_at_once() {
        let stations = [("Oslo", 1), ("Rome", 3)];
        let played = stage::record(weather_page(&stations, Duration::from_secs(5)));

        let page: Vec<_> = played.value.into_iter().flatten().collect();
        assert_eq!(page, ["Oslo: sunny", "Rome: sunny"]);
        assert_eq!(played.elapsed, Duration::from_secs(3));
    }
}
