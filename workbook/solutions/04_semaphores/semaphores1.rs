//! A repair shop with three workbenches: ten bicycles come in at once, each takes a second. At the
//! moment all ten are taken apart at the same time, on three benches.
//!
//! Goal: no more than three at a time, and no bench idle while a bicycle waits: 4 seconds in all.
//!
//! Lesson: `chapters/ch04_semaphores/README.md`, "Ten jobs, three at a time"

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{sync::Semaphore, time::sleep};
use tracing::{info, info_span};

async fn shop(bicycles: u32, benches: usize) {
    let benches = Semaphore::new(benches);
    join_all((1..=bicycles).map(|number| repair(number, &benches))).await;
}

async fn repair(number: u32, benches: &Semaphore) {
    let _bench = benches.acquire().await.expect("the shop is open");
    async {
        info!("on the bench");
        sleep(Duration::from_secs(1)).await;
    }
    .instrument(info_span!("bicycle", number))
    .await;
}

fn main() {
    stage::play("A repair shop", shop(7, 3));
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    /// How many bicycles were begun in each second.
    fn waves(bicycles: u32, benches: usize) -> Vec<usize> {
        let played = stage::record(async {
            timeout(Duration::from_secs(100), shop(bicycles, benches))
                .await
                .expect("the shop should close some day");
        });
        let begun = |second| {
            let lanes = played.lanes.iter();
            lanes
                .filter(|lane| lane.created == Duration::from_secs(second))
                .count()
        };
        (0..played.elapsed.as_secs()).map(begun).collect()
    }

    #[test]
    fn ten_bicycles_on_three_benches() {
        assert_eq!(waves(10, 3), [3, 3, 3, 1], "begun in each second");
    }

    #[test]
    fn any_number_of_benches() {
        assert_eq!(waves(4, 1), [1, 1, 1, 1]);
        assert_eq!(waves(5, 4), [4, 1]);
        assert_eq!(waves(2, 5), [2]);
    }
}
