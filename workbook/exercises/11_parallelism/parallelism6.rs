//! A publisher has manuscripts fetched, translated and printed. The archive hands out three at a time, there are two
//! translators and one press. With a limit of two for all of the way nobody is overrun; but the translators mostly sit
//! and wait.
//!
//! Goal: three are fetched at the same time at most, two translated, one printed; no more than six manuscripts are on
//! their way at all. It takes no more than a tenth longer than the critical path.
//!
//! Lesson: `chapters/ch11_parallelism/README.md`, "Mixed work in one pipeline"

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{sync::Semaphore, time::sleep};
use tracing::info_span;

async fn publish(manuscripts: u64) {
    // TODO: a limit for each stage, and one for all that are on their way.
    let places = &Semaphore::new(2);
    let ways = (0..manuscripts).map(|number| async move {
        let _place = places.acquire().await.unwrap();
        fetch(number).await;
        translate(number).await;
        print(number).await;
    });
    join_all(ways).await;
}

async fn fetch(number: u64) {
    work("fetch", number, 300 + number * 70 % 200).await;
}

async fn translate(number: u64) {
    work("translate", number, 400 + number * 110 % 300).await;
}

async fn print(number: u64) {
    work("print", number, 100 + number * 30 % 100).await;
}

async fn work(stage: &'static str, number: u64, ms: u64) {
    let working = sleep(Duration::from_millis(ms));
    working.instrument(info_span!("", stage, number)).await;
}

fn main() {
    stage::play("Twelve manuscripts", publish(12));
}

#[cfg(test)]
mod tests {
    use stage::{Lane, Recording};

    use super::*;

    fn published(manuscripts: u64) -> Recording {
        stage::record(publish(manuscripts))
    }

    fn of<'a>(played: &'a Recording, stage: &str) -> Vec<&'a Lane> {
        let lanes = played.lanes.iter();
        lanes.filter(|lane| lane.label.contains(stage)).collect()
    }

    /// How many there are at most at the same time.
    fn most(lanes: &[(Duration, Duration)]) -> usize {
        let at = |moment| {
            let is_there = |(from, to): &&(Duration, Duration)| *from <= moment && moment < *to;
            lanes.iter().filter(is_there).count()
        };
        lanes.iter().map(|(from, _)| at(*from)).max().unwrap_or(0)
    }

    fn spans(lanes: &[&Lane]) -> Vec<(Duration, Duration)> {
        let begun = |lane: &Lane| lane.runs.first().map_or(lane.created, |run| run.from);
        let span = |lane: &&Lane| (begun(lane), lane.ended.expect("it was worked to its end"));
        lanes.iter().map(span).collect()
    }

    #[test]
    fn every_manuscript_passes_every_stage_in_order() {
        for manuscripts in [0, 1, 5, 30] {
            let played = published(manuscripts);
            for number in 0..manuscripts {
                let at = |stage| {
                    let label = format!(" {stage} {number}");
                    let lanes: Vec<_> =
                        played.lanes.iter().filter(|it| it.label == label).collect();
                    assert_eq!(lanes.len(), 1, "{label}");
                    spans(&lanes)[0]
                };
                let [fetch, translate, print] = ["fetch", "translate", "print"].map(at);
                assert!(
                    fetch.1 <= translate.0 && translate.1 <= print.0,
                    "number {number}"
                );
            }
        }
    }

    #[test]
    fn no_stage_is_overrun() {
        let played = published(30);
        for (stage, limit) in [("fetch", 3), ("translate", 2), ("print", 1)] {
            let at_once = most(&spans(&of(&played, stage)));
            assert!(at_once <= limit, "{at_once} at the same time at `{stage}`");
        }
    }

    #[test]
    fn no_more_than_six_are_on_their_way() {
        let played = published(30);
        let ends: Vec<_> = (0..30)
            .map(|number| played.life(&format!(" print {number}")).1)
            .collect();
        let ways = (0..30)
            .zip(ends)
            .map(|(number, end)| (played.life(&format!(" fetch {number}")).0, end));
        let at_once = most(&ways.collect::<Vec<_>>());
        assert!(at_once <= 6, "{at_once} are on their way at the same time");
    }

    #[test]
    fn it_comes_within_a_tenth_of_the_critical_path() {
        for manuscripts in [12, 30, 80] {
            let played = published(manuscripts);
            let translating: Duration = spans(&of(&played, "translate"))
                .iter()
                .map(|(from, to)| *to - *from)
                .sum();
            let least = |stage| {
                let lanes = spans(&of(&played, stage));
                lanes.iter().map(|(from, to)| *to - *from).min().unwrap()
            };
            let path = least("fetch") + translating / 2 + least("print");
            let took = played.elapsed;
            assert!(
                took <= path.mul_f64(1.1),
                "{manuscripts} manuscripts took {took:?}; their critical path is {path:?}"
            );
        }
    }
}
