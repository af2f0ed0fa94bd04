//! Three bakers put loaves on a shelf, the shop sells them. When the last baker has gone home and
//! the shelf is empty, the shop should close. But it stays open all night: somebody could still
//! bring a loaf, or so it seems.
//!
//! Goal: the shop closes in the moment when that is really so. How many loaves will come is not
//! known (some get burnt), and nobody looks at the clock.
//!
//! Lesson: `chapters/ch06_queues/README.md`, "A pipeline, and how its end travels"

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

/// Bakers who bake so many loaves each; the answer is how many were sold.
async fn bakery(loaves_each: &[u32]) -> u32 {
    let (shelf, mut loaves) = mpsc::channel(5);
    let mut bakers = JoinSet::new();
    for (number, &count) in (1..).zip(loaves_each) {
        bakers.spawn(bake(number, count, shelf.clone()));
    }
    // TODO: who else could still put a loaf on the shelf? One line is enough.

    let mut sold = 0;
    while loaves.recv().await.is_some() {
        sold += 1;
    }
    sold
}

async fn bake(number: u32, count: u32, shelf: mpsc::Sender<u32>) {
    async {
        for loaf in 1..=count {
            sleep(Duration::from_secs(1)).await;
            if (number + loaf).is_multiple_of(4) {
                info!("burnt");
            } else if shelf.send(loaf).await.is_err() {
                info!("the shop has closed");
                return;
            }
        }
        info!("goes home");
    }
    .instrument(info_span!("baker", number))
    .await;
}

fn main() {
    stage::play("A bakery", async {
        let sold = timeout(Duration::from_secs(5), bakery(&[2, 1, 3])).await;
        info!("{sold:?}");
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shop_closes_when_the_last_baker_has_gone_home() {
        for (loaves, good) in [
            (&[4, 4, 4][..], 9),
            (&[1, 2, 7], 7),
            (&[3], 2),
            (&[], 0),
            (&[0, 9], 7),
            (&[4_000], 3_000),
        ] {
            let played = stage::record(async {
                let all_night = Duration::from_secs(12 * 3_600);
                let shop = bakery(loaves).instrument(info_span!("shop"));
                let sold = timeout(all_night, shop).await;
                sold.expect("the shop is still open at night: who can still bring a loaf?")
            });
            assert_eq!(played.value, good, "loaves sold of {loaves:?}");
            let last = Duration::from_secs(loaves.iter().max().copied().unwrap_or(0).into());
            assert!(
                played.elapsed == last,
                "{loaves:?}: the last baker goes home after {last:?}, the shop closes after {:?}",
                played.elapsed
            );
            let (woken, most) = (played.lane("shop").polls, 2 * good + 4);
            assert!(
                woken <= u64::from(most),
                "{good} loaves came, and the shop looked {woken} times: nobody should have to look \
                 whether something has come"
            );
        }
    }
}
