//! A hospital server builds a search index: 200 pages, one millisecond of computing each. In the
//! same program a monitor must look at a patient every 20 ms. While the index is built, nobody
//! looks for a fifth of a second.
//!
//! Goal: the monitor is never more than 10 ms late, whenever it begins; the index takes not a
//! millisecond longer, and does not give way more often than once per 5 pages.
//!
//! Lesson: `chapters/ch02_tasks/README.md`, "Giving way"

use std::time::Duration;

use stage::{Instrument, block_for};
use tokio::time::{MissedTickBehavior, interval};
use tracing::{info, info_span};

async fn build_index(pages: u32) -> u64 {
    async {
        let mut sum = 0;
        for page in 0..pages {
            sum += read(page);
            if page % 10 == 9 {
                tokio::task::yield_now().await;
            }
        }
        sum
    }
    .instrument(info_span!("index"))
    .await
}

/// Computes for one millisecond.
fn read(page: u32) -> u64 {
    block_for(Duration::from_millis(1));
    u64::from(page)
}

async fn look_at_the_patient() {
    async {
        let mut every = interval(Duration::from_millis(20));
        every.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            every.tick().await;
            info!("beat");
        }
    }
    .instrument(info_span!("monitor"))
    .await;
}

async fn hospital(pages: u32) -> u64 {
    let monitor = tokio::spawn(look_at_the_patient());
    let index = tokio::spawn(build_index(pages));
    let sum = index.await.expect("the index is built");
    monitor.abort();
    sum
}

fn main() {
    stage::play("In the hospital", hospital(200));
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    /// Twenty monitors that begin at different moments.
    #[test]
    fn the_monitor_is_never_late() {
        const PAGES: u32 = 200;
        for begin in 0..20_u64 {
            let played = stage::record(async {
                let monitor = tokio::spawn(async move {
                    sleep(Duration::from_millis(begin)).await;
                    look_at_the_patient().await;
                });
                let sum = tokio::spawn(build_index(PAGES)).await;
                monitor.abort();
                sum.expect("the index is built")
            });
            let happened = played.what_happened();

            assert_eq!(
                played.value,
                (0..u64::from(PAGES)).sum::<u64>(),
                "every page should be read, and once{happened}"
            );
            let index = played.lane("index");
            let took = index.ended.unwrap_or_default();
            assert!(
                took == Duration::from_millis(200),
                "200 pages of a millisecond each take 200 ms, not {took:?}{happened}"
            );
            assert!(
                index.polls <= 41,
                "the index gives way {} times in 200 pages: it should do so 40 times at most",
                index.polls - 1
            );
            let looks: Vec<_> = played
                .told("monitor")
                .iter()
                .map(|(at, _)| at.as_millis() as u64)
                .collect();
            let first = *looks.first().expect("the monitor never looked");
            assert!(
                (begin..=begin + 10).contains(&first),
                "the monitor began at {begin} ms, and looked at {first} ms for the first \
                 time{happened}"
            );
            for due in (first..190).step_by(20) {
                assert!(
                    looks.iter().any(|at| (due..=due + 10).contains(at)),
                    "the monitor should look at {due} ms, or within 10 ms of it. It looked at \
                     {looks:?} ms: how long does the index keep the thread?{happened}"
                );
            }
        }
    }
}
