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
    stage::play("A repair shop", shop(10, 3));
}

#[cfg(test)]
mod tests {
    use stage::{Recording, ms};
    use tokio::join;

    use super::*;

    const HINT: &str = "Who holds a bench, and when do they give it back?";

    fn check(bicycles: u32, benches: usize, expected: &[u64]) {
        let ((), played) = play(shop(bicycles, benches));
        let begun = begun(&played);
        let expected: Vec<_> = expected.iter().map(|&seconds| ms(seconds * 1000)).collect();
        assert!(
            begun == expected,
            "{bicycles} bicycles, {benches} benches: when each came on a bench\n  \
             expected: {expected:?}\n  it was:   {begun:?}{}",
            played.what_happened()
        );
    }

    fn begun(played: &Recording) -> Vec<Duration> {
        let events = played.events.iter();
        let begun = events.filter(|event| event.text == "on the bench");
        begun.map(|event| event.at).collect()
    }

    #[test]
    fn ten_bicycles_on_three_benches() {
        check(10, 3, &[0, 0, 0, 1, 1, 1, 2, 2, 2, 3]);
    }

    #[test]
    fn any_number_of_benches() {
        check(4, 1, &[0, 1, 2, 3]);
        check(5, 4, &[0, 0, 0, 0, 1]);
        check(2, 5, &[0, 0]);
    }

    #[test]
    fn a_bicycle_waits_for_its_bench_and_comes_on_it_at_once() {
        let free = ms(10_333);
        let (permits, played) = play(async {
            let bench = Semaphore::new(1);
            let somebody = async {
                let _bench = bench.acquire().await;
                sleep(free).await;
            };
            let customer = repair(1, &bench).instrument(info_span!("customer"));
            join!(biased; somebody, customer);
            bench.available_permits()
        });
        let begun = begun(&played);
        assert!(
            begun == [free],
            "the only bench is free after {free:?}, but the bicycle came on it after {begun:?}: \
             it is `repair` that has to wait, for a permit{}",
            played.what_happened()
        );
        let looks = played.lane("customer").polls;
        assert!(
            looks <= 5,
            "it was looked {looks} times whether the bench is free: who awaits `acquire` is woken"
        );
        assert_eq!(permits, 1, "the bench is free again in the end");
    }

    fn play<F: Future>(story: F) -> (F::Output, Recording) {
        stage::record_within(Duration::from_mins(1), HINT, story).split()
    }
}
