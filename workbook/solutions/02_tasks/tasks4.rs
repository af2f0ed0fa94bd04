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
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout_at},
};
use tracing::{info, info_span};

/// A city, and the seconds its weather station needs to answer.
type Station = (&'static str, u64);

async fn weather_page(stations: &[Station], limit: Duration) -> Vec<Option<String>> {
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
    use stage::{Outcome, Recording};
    use tokio::{runtime::Handle, task::yield_now};

    use super::*;

    type Page = Vec<Option<String>>;

    /// The page, and how many tasks are left when it is shown.
    fn shown(stations: &[Station], limit: Duration) -> Recording<(Page, usize)> {
        let played = stage::record(async {
            let page = weather_page(stations, limit)
                .instrument(info_span!("page"))
                .await;
            yield_now().await;
            (page, Handle::current().metrics().num_alive_tasks())
        });
        let polls = played.lane("page").polls;
        assert!(
            polls <= stations.len() as u64 + 3,
            "the page was polled {polls} times: it should wait until somebody answers, and not \
             ask again and again{}",
            played.what_happened()
        );
        played
    }

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
            let limit = limit + Duration::from_millis(1);
            let played = shown(&stations, limit);
            let happened = played.what_happened();

            assert!(
                played.elapsed == limit,
                "one limit for all cities together: the page should be shown after {limit:?}, not \
                 after {:?}{happened}",
                played.elapsed
            );
            let (page, still_running) = &played.value;
            let expected: Vec<_> = stations
                .iter()
                .map(|(city, seconds)| {
                    (Duration::from_secs(*seconds) <= limit).then(|| format!("{city}: sunny"))
                })
                .collect();
            assert_eq!(
                *page, expected,
                "the page after {limit:?}, in the order of the list{happened}"
            );
            for (city, _) in stations
                .iter()
                .zip(page)
                .filter(|(_, answer)| answer.is_none())
            {
                assert_eq!(
                    played.lane(&format!("ask {}", city.0)).outcome,
                    Outcome::Cancelled,
                    "{} is too late, and should not be asked any more{happened}",
                    city.0
                );
            }
            assert!(
                *still_running == 0,
                "the page is shown, and {still_running} tasks run on{happened}"
            );
        }
    }

    #[test]
    fn a_reader_who_leaves_stops_everything() {
        let stations = [("Oslo", 1), ("Rome", 4), ("Lima", 7)];
        let played = stage::record(async {
            let page = weather_page(&stations, Duration::from_secs(5));
            let left = tokio::time::timeout(Duration::from_secs(2), page).await;
            assert!(
                left.is_err(),
                "Rome has not answered yet: no page after 2 s"
            );
            yield_now().await;
            Handle::current().metrics().num_alive_tasks()
        });
        assert!(
            played.value == 0,
            "the reader left after 2 s, and {} tasks run on{}",
            played.value,
            played.what_happened()
        );
        for city in ["ask Rome", "ask Lima"] {
            assert_eq!(
                played.lane(city).ended,
                Some(Duration::from_secs(2)),
                "{city}: it should end when the reader leaves{}",
                played.what_happened()
            );
        }
    }

    #[test]
    fn quick_cities_are_shown_at_once() {
        for (stations, takes) in [(&[("Oslo", 1), ("Rome", 3)][..], 3), (&[], 0)] {
            let played = shown(stations, Duration::from_secs(5));

            let page: Vec<_> = played.value.0.iter().flatten().collect();
            let expected = ["Oslo: sunny", "Rome: sunny"];
            assert_eq!(page, expected[..stations.len()]);
            let takes = Duration::from_secs(takes);
            assert!(
                played.elapsed == takes,
                "all have answered after {takes:?}, and the page is shown after {:?}{}",
                played.elapsed,
                played.what_happened()
            );
        }
    }
}
