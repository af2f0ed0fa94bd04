//! A harbour radio sends the water level every 100 ms; ships listen. A slow ship (its printer needs
//! 250 ms per line) gets behind, the radio does not wait for it, and after a while the ship's
//! printer stops for good. The captain believes that the tide stands still.
//!
//! Goal: a ship that is too slow goes on with what can still be had, and notes how many levels it
//! has missed.
//!
//! Lesson: `chapters/ch06_queues/README.md`, "Channels that are no queues"

use std::time::Duration;

use stage::Instrument;
use tokio::{sync::broadcast, time::sleep};
use tracing::{info, info_span};

#[derive(Debug, Default, PartialEq)]
struct Log {
    printed: Vec<u32>,
    missed: u64,
}

async fn ship(name: &'static str, printer: Duration, mut radio: broadcast::Receiver<u32>) -> Log {
    async {
        let mut log = Log::default();
        // TODO: not every error is the end.
        while let Ok(level) = radio.recv().await {
            info!("{level}");
            sleep(printer).await;
            log.printed.push(level);
        }
        log
    }
    .instrument(info_span!("ship", name))
    .await
}

/// Sends so many levels to a quick and a slow ship; the radio remembers four.
async fn harbour(levels: u32) -> (Log, Log) {
    let (radio, quick) = broadcast::channel(4);
    let slow = radio.subscribe();
    let sending = async move {
        for level in 1..=levels {
            sleep(Duration::from_millis(100)).await;
            // An error would mean that no ship listens, which is fine for a radio.
            let _ = radio.send(level);
        }
    };
    let ((), quick, slow) = tokio::join!(
        sending,
        ship("Quick", Duration::from_millis(20), quick),
        ship("Slow", Duration::from_millis(250), slow),
    );
    (quick, slow)
}

fn main() {
    stage::play("Harbour radio", async {
        let (_, slow) = harbour(12).await;
        info!("{slow:?}");
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_ship_goes_on_and_counts() {
        for levels in [5, 12, 40, 100] {
            let played = stage::record(harbour(levels));
            let (quick, slow) = &played.value;

            let all: Vec<u32> = (1..=levels).collect();
            assert_eq!(quick.printed, all, "the quick ship hears everything");
            assert_eq!(quick.missed, 0);

            let heard = u64::try_from(slow.printed.len()).unwrap();
            assert_eq!(
                heard + slow.missed,
                u64::from(levels),
                "printed and missed are all there were: {slow:?}"
            );
            let last_four = &all[all.len() - 4..];
            assert!(
                slow.printed.ends_with(last_four),
                "what is still remembered can be had: {slow:?}"
            );
            assert!(slow.printed.is_sorted(), "{slow:?}");
            let printed = u32::try_from(slow.printed.len()).unwrap();
            // Two in five are printed, and the four that the radio remembers at the end.
            let least = (u64::from(levels) * 3 / 5).saturating_sub(6);
            assert!(
                slow.missed >= least,
                "the radio remembers four levels, so at least {least} of {levels} are missed, not {}",
                slow.missed
            );
            let expected = Duration::from_millis(100) + Duration::from_millis(250) * printed;
            assert!(
                played.elapsed == expected,
                "the printer prints {printed} levels without a pause: {expected:?}, not {:?}",
                played.elapsed
            );
        }
    }
}
