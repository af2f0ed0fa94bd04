//! Several stations send readings, some often, some seldom, some for ever. They are heard one after the other:
//! the second has its turn when the first has ended.
//!
//! Goal: one stream of all stations' readings, as they come, each with the number of its station. A station
//! that ends does not end the others; one that always has something to say does not keep them from being heard;
//! and no station is asked for more than is needed.
//!
//! Lesson: `chapters/ch08_streams/README.md`, "Several streams, one reader"

use std::time::Duration;

use futures::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use tokio::time::sleep;

/// What all stations say; each reading with the number of its station, from 0.
fn all(stations: Vec<BoxStream<'static, u32>>) -> impl Stream<Item = (usize, u32)> {
    let numbered = stations
        .into_iter()
        .enumerate()
        .map(|(number, station)| station.map(move |reading| (number, reading)));
    stream::select_all(numbered)
}

/// So many readings, one after each pause.
fn station(pause: u64, readings: u32) -> BoxStream<'static, u32> {
    stream::iter(1..=readings)
        .then(move |reading| async move {
            sleep(Duration::from_millis(pause)).await;
            reading
        })
        .boxed()
}

fn main() {
    stage::play("Three stations", async {
        let stations = vec![station(700, 3), station(1_000, 2), station(300, 4)];
        all(stations)
            .for_each(async |(station, reading)| tracing::info!("station {station}: {reading}"))
            .await;
    });
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use tokio::time::Instant;

    use super::*;

    #[test]
    fn readings_come_when_they_are_there() {
        let (heard, elapsed) = stage::virtual_time(async {
            let start = Instant::now();
            let stations = vec![station(700, 3), station(1_000, 2), station(300, 4)];
            let heard = all(stations).map(|(station, _)| (start.elapsed().as_millis(), station));
            (heard.collect::<Vec<_>>().await, start.elapsed())
        });
        let expected = [
            (300, 2),
            (600, 2),
            (700, 0),
            (900, 2),
            (1_000, 1),
            (1_200, 2),
            (1_400, 0),
            (2_000, 1),
            (2_100, 0),
        ];
        assert_eq!(heard, expected, "(millisecond, station)");
        assert_eq!(
            elapsed,
            Duration::from_millis(2_100),
            "it ends with the last"
        );
    }

    #[test]
    fn many_stations_or_none() {
        let (readings, elapsed) = stage::virtual_time(async {
            let start = Instant::now();
            let stations = (1..=100).map(|pause| station(pause, 3)).collect();
            (all(stations).count().await, start.elapsed())
        });
        assert_eq!(readings, 300);
        assert_eq!(elapsed, Duration::from_millis(300), "all at the same time");
        assert_eq!(stage::virtual_time(all(Vec::new()).count()), 0);
    }

    #[test]
    fn a_chatterbox_does_not_drown_the_others() {
        for chatterbox in [0, 1] {
            let mut stations = vec![stream::repeat(1).take(10_000).boxed()];
            stations.insert(1 - chatterbox, stream::iter(1..=3).boxed());
            let heard: Vec<_> = stage::virtual_time(all(stations).take(100).collect());
            let others: Vec<_> = heard
                .iter()
                .filter(|(station, _)| *station != chatterbox)
                .map(|(_, reading)| *reading)
                .collect();
            assert_eq!(others, [1, 2, 3], "among the first hundred readings");
        }
    }

    #[test]
    fn no_station_is_asked_for_more_than_is_needed() {
        let asked = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&asked);
        stage::virtual_time(async {
            let endless = station(1, 1_000).inspect(move |_| {
                counter.fetch_add(1, Ordering::Relaxed);
            });
            let mut all = Box::pin(all(vec![endless.boxed(), station(60_000, 1)]));
            for _ in 0..5 {
                all.next().await;
            }
            sleep(Duration::from_secs(10)).await;
            drop(all);
        });
        let asked = asked.load(Ordering::Relaxed);
        assert!(
            asked <= 7,
            "five readings were taken, and the station was asked for {asked}"
        );
    }
}
