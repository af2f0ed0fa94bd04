//! A hospital server builds a search index: 200 pages, one millisecond of computing each. In the
//! same program a monitor must look at a patient every 20 ms. While the index is built, nobody
//! looks for a fifth of a second.
//!
//! Goal: the monitor is never more than 10 ms late, the index takes not a millisecond longer, and
//! stays one task: it does not yield more often than once per 5 pages.
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
    use super::*;

    #[test]
    fn the_monitor_is_never_late() {
        let played = stage::record(hospital(200));

        assert_eq!(played.value, (0..200).sum::<u64>(), "every page was read");
        let index = played.lane("index");
        assert_eq!(
            index.ended,
            Some(Duration::from_millis(200)),
            "200 pages of a millisecond each, not more"
        );
        assert!(index.polls <= 41, "it yields {} times", index.polls - 1);
        let looks: Vec<_> = played
            .told("monitor")
            .iter()
            .map(|(at, _)| at.as_millis())
            .collect();
        for due in (0..200).step_by(20) {
            assert!(
                looks.iter().any(|at| (due..=due + 10).contains(at)),
                "nobody looked at {due} ms, or within 10 ms of it; looks: {looks:?}"
            );
        }
    }
}
