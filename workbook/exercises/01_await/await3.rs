//! One cook, two dishes: the soup simmers for three seconds, the rice for two. Both are started
//! together, but this cook stands in front of the soup and stares into the pot.
//!
//! Goal: dinner after three seconds, with nobody blocking the kitchen.
//!
//! Lesson: `chapters/ch01_await/README.md`, "Three fetches"

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

async fn soup() {
    async {
        info!("on the stove");
        // TODO: let the soup simmer without keeping the cook.
        stage::block_for(Duration::from_secs(3));
        info!("done");
    }
    .instrument(info_span!("soup"))
    .await;
}

async fn rice() {
    async {
        info!("on the stove");
        sleep(Duration::from_secs(2)).await;
        info!("done");
    }
    .instrument(info_span!("rice"))
    .await;
}

async fn dinner() {
    tokio::join!(soup(), rice());
}

fn main() {
    stage::play("Dinner", dinner());
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn both_dishes_cook_side_by_side() {
        let played = stage::record(dinner());
        let happened = played.what_happened();

        for (dish, needs) in [("rice", 2), ("soup", 3)] {
            assert_eq!(
                played.told(dish),
                [(s(0), "on the stove"), (s(needs), "done")],
                "the {dish} should begin at once and be done after {needs} s{happened}"
            );
            let lane = played.lane(dish);
            assert!(
                lane.running() == s(0),
                "the {dish} keeps the cook busy instead of simmering by itself{happened}"
            );
            assert!(
                lane.polls <= 5,
                "the cook looked {} times at the {dish}: it calls when it is done{happened}",
                lane.polls
            );
        }
        assert!(
            played.elapsed == s(3),
            "dinner should be ready after 3 s, not {:?}{happened}",
            played.elapsed
        );
    }
}
