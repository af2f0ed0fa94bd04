//! An old bridge carries 20 tonnes at a time. Lorries of different weight want to cross; each takes
//! 3 seconds. The gate takes one tonne after the other from the semaphore, and one day two lorries
//! stand nose to nose and neither can go on.
//!
//! Goal: all tonnes or none; lorries cross in the order of their arrival; one that is heavier than
//! the bridge can ever carry is turned away at once.
//!
//! Lesson: `chapters/ch04_semaphores/README.md`, "Who is next?"

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::Semaphore,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

struct Bridge {
    carries: u32,
    tonnes: Semaphore,
}

#[derive(Debug, PartialEq)]
struct TooHeavy;

impl Bridge {
    fn new(carries: u32) -> Self {
        let permits = usize::try_from(carries).expect("no bridge is that strong");
        Self {
            carries,
            tonnes: Semaphore::new(permits),
        }
    }

    /// Returns on the other side of the river.
    async fn cross(&self, weight: u32) -> Result<(), TooHeavy> {
        if weight > self.carries {
            return Err(TooHeavy);
        }
        let tonnes = self.tonnes.acquire_many(weight).await;
        let _taken = tonnes.expect("the bridge stands");
        sleep(Duration::from_secs(3)).await;
        Ok(())
    }
}

/// Comes to the bridge some seconds after the beginning.
async fn lorry(name: &str, weight: u32, comes: u64, bridge: &Bridge) -> Result<(), TooHeavy> {
    async {
        sleep(Duration::from_secs(comes)).await;
        let crossed = bridge.cross(weight).await;
        info!(
            "{}",
            if crossed.is_ok() {
                "across"
            } else {
                "too heavy"
            }
        );
        crossed
    }
    .instrument(info_span!("lorry", name))
    .await
}

fn main() {
    stage::play("At the bridge", async {
        let bridge = Bridge::new(20);
        let lorries = async {
            tokio::join!(
                lorry("red", 12, 0, &bridge),
                lorry("blue", 15, 0, &bridge),
                lorry("green", 40, 1, &bridge),
            )
        };
        if timeout(Duration::from_secs(8), lorries).await.is_err() {
            info!("somebody stands there for ever");
        }
    });
}

#[cfg(test)]
mod tests {
    use stage::Recording;
    use tokio::join;

    use super::*;

    const HINT: &str = "Who holds a part of what they need and waits for the rest? Who asks for \
                        more than there is?";

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Lorries as (weight, when it comes), over a bridge of 20 tonnes; when each is across.
    fn check<const N: usize>(lorries: [(u32, u64); N], expected: [u64; N]) {
        let names = ["red", "blue", "green", "white"];
        let (crossed, played) = play(async {
            let bridge = Bridge::new(20);
            let lorries = names.into_iter().zip(lorries);
            let lorries =
                lorries.map(|(name, (weight, comes))| lorry(name, weight, comes, &bridge));
            futures::future::join_all(lorries).await
        });
        assert_eq!(crossed, [const { Ok(()) }; N], "none of them is too heavy");
        let across: Vec<_> = names[..N]
            .iter()
            .map(|name| played.lane(&format!("lorry {name}")).ended)
            .collect();
        let expected = expected.map(|at| Some(seconds(at)));
        assert!(
            across == expected,
            "lorries as (tonnes, comes at): {lorries:?}; when each of them is across\n  \
             expected: {expected:?}\n  it was:   {across:?}{}",
            played.what_happened()
        );
    }

    #[test]
    fn two_heavy_lorries_do_not_block_each_other() {
        for weight in [11, 15, 20] {
            check([(weight, 0), (weight, 0)], [3, 6]);
        }
    }

    #[test]
    fn light_lorries_cross_together() {
        check([(8, 0), (7, 0), (5, 0)], [3, 3, 3]);
    }

    #[test]
    fn nobody_overtakes() {
        // There would be room for green beside the red one, but blue came first.
        check([(12, 0), (15, 1), (5, 2)], [3, 6, 6]);
        check([(12, 0), (15, 1), (5, 2), (20, 2)], [3, 6, 6, 9]);
    }

    #[test]
    fn who_turns_round_leaves_no_tonne_behind() {
        // While it waits, while it crosses.
        for patience in [500, 4_000] {
            let ((), played) = play(async {
                let bridge = Bridge::new(20);
                let turns = timeout(Duration::from_millis(patience), bridge.cross(15));
                let (first, second) = join!(biased; lorry("red", 12, 0, &bridge), turns);
                assert!(first.is_ok() && second.is_err());
                lorry("white", 20, 0, &bridge).await.unwrap();
            });
            let white = played.lane("lorry white");
            let took = white.ended.map(|end| end.saturating_sub(white.created));
            assert!(
                took == Some(seconds(3)),
                "blue has turned round after {patience} ms, the bridge is empty, and white took \
                 {took:?}{}",
                played.what_happened()
            );
        }
    }

    #[test]
    fn a_lorry_waits_for_the_bridge_and_crosses_at_once() {
        let free = Duration::from_millis(10_333);
        let ((), played) = play(async {
            let bridge = Bridge::new(20);
            let slow = async {
                sleep(free - seconds(3)).await;
                bridge.cross(20).await
            };
            let waits = async {
                sleep(free - Duration::from_millis(2_999)).await;
                bridge.cross(20).await
            };
            let waits = waits.instrument(info_span!("waits"));
            let (slow, waits) = join!(biased; slow, waits);
            assert!(slow.is_ok() && waits.is_ok());
        });
        let took = played.elapsed;
        assert!(
            took == free + seconds(3),
            "the bridge is free after {free:?}, but the lorry was across after {took:?}{}",
            played.what_happened()
        );
        let looks = played.lane("waits").polls;
        assert!(
            looks <= 30,
            "it was looked {looks} times whether there is room: who awaits permits is woken"
        );
    }

    #[test]
    fn too_heavy_is_too_heavy() {
        for (carries, weight) in [(20, 21), (3, 40), (0, 1)] {
            let (crossed, played) = play(async { Bridge::new(carries).cross(weight).await });
            assert_eq!(
                crossed,
                Err(TooHeavy),
                "{weight} tonnes over a bridge for {carries}"
            );
            let took = played.elapsed;
            assert!(
                took.is_zero(),
                "that can be said at once, and took {took:?}"
            );
        }
    }

    fn play<F: Future>(story: F) -> (F::Output, Recording) {
        stage::record_within(Duration::from_mins(1), HINT, story).split()
    }
}
