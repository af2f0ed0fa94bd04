//! A stadium counts its visitors. Each turnstile reads the number, opens the gate, which takes a
//! moment, and writes the number plus one. Twenty turnstiles, two thousand visitors, and the
//! screen shows a hundred: the lost update.
//!
//! Goal: nobody is lost, and the gates still open at the same time.
//!
//! Lesson: `chapters/ch05_locks/README.md`, "Two clerks, one number"

use std::{sync::Mutex, time::Duration};

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

async fn let_in(visitors: &Mutex<u32>) {
    // TODO: no await between reading and writing.
    let before = *visitors.lock().unwrap();
    open_the_gate().await;
    *visitors.lock().unwrap() = before + 1;
}

async fn open_the_gate() {
    sleep(Duration::from_millis(10)).await;
}

async fn turnstile(number: u32, visitors: u32, count: &Mutex<u32>) {
    async {
        for _ in 0..visitors {
            let_in(count).await;
        }
        info!("{} are in", *count.lock().unwrap());
    }
    .instrument(info_span!("turnstile", number))
    .await;
}

/// What the screen shows when everybody is in.
async fn stadium(turnstiles: u32, visitors_each: u32) -> u32 {
    let count = Mutex::new(0);
    let turnstiles = (1..=turnstiles).map(|number| turnstile(number, visitors_each, &count));
    join_all(turnstiles).await;
    count.into_inner().unwrap()
}

fn main() {
    stage::play("At the stadium", stadium(3, 20));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_lost() {
        for (turnstiles, visitors) in [(20, 100), (2, 3), (7, 11), (1, 5)] {
            let played = stage::record(stadium(turnstiles, visitors));

            assert_eq!(
                played.value,
                turnstiles * visitors,
                "visitors on the screen"
            );
            assert_eq!(
                played.elapsed,
                Duration::from_millis(10) * visitors,
                "{turnstiles} gates open at the same time"
            );
            assert!(
                played.lanes.iter().all(|lane| lane.running().is_zero()),
                "a turnstile blocks the others while its gate opens"
            );
        }
    }
}
