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
    use super::*;

    /// Nobody should stand at the bridge for a whole day.
    const A_DAY: Duration = Duration::from_secs(86_400);

    #[test]
    fn two_heavy_lorries_do_not_block_each_other() {
        for weight in [11, 15, 20] {
            let played = stage::record(async {
                let bridge = Bridge::new(20);
                let lorries = async {
                    tokio::join!(
                        lorry("red", weight, 0, &bridge),
                        lorry("blue", weight, 0, &bridge),
                    )
                };
                timeout(A_DAY, lorries).await
            });
            let across = played.value.expect("they stand nose to nose for ever");
            assert_eq!(across, (Ok(()), Ok(())));
            assert_eq!(played.elapsed, Duration::from_secs(6));
        }
    }

    #[test]
    fn light_lorries_cross_together() {
        let played = stage::record(async {
            let bridge = Bridge::new(20);
            let lorries = async {
                tokio::join!(
                    lorry("red", 8, 0, &bridge),
                    lorry("blue", 7, 0, &bridge),
                    lorry("green", 5, 0, &bridge),
                )
            };
            timeout(A_DAY, lorries).await
        });
        assert!(played.value.is_ok(), "somebody stands there for ever");
        assert_eq!(played.elapsed, Duration::from_secs(3));
    }

    #[test]
    fn nobody_overtakes() {
        let played = stage::record(async {
            let bridge = Bridge::new(20);
            let lorries = async {
                tokio::join!(
                    lorry("red", 12, 0, &bridge),
                    lorry("blue", 15, 1, &bridge),
                    // There would be room for it beside the red one, but blue came first.
                    lorry("green", 5, 2, &bridge),
                )
            };
            timeout(A_DAY, lorries).await
        });
        assert!(played.value.is_ok(), "somebody stands there for ever");
        assert_eq!(
            played.told("lorry red"),
            [(Duration::from_secs(3), "across")]
        );
        for waited in ["lorry blue", "lorry green"] {
            assert_eq!(
                played.told(waited),
                [(Duration::from_secs(6), "across")],
                "{waited}"
            );
        }
    }

    #[test]
    fn too_heavy_is_too_heavy() {
        for (carries, weight) in [(20, 21), (3, 40), (0, 1)] {
            let bridge = Bridge::new(carries);
            let played = stage::record(async { timeout(A_DAY, bridge.cross(weight)).await });
            assert_eq!(played.value, Ok(Err(TooHeavy)), "it must not wait for ever");
            assert_eq!(played.elapsed, Duration::ZERO, "that can be said at once");
        }
    }
}
