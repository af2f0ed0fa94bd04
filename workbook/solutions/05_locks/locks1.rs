//! A stadium counts its visitors. Each turnstile reads the number, opens the gate, which takes a
//! moment, and writes the number plus one. Twenty turnstiles, two thousand visitors, and the
//! screen shows a hundred: the lost update.
//!
//! Goal: nobody is lost, on however many threads the turnstiles run, and the gates still open at the
//! same time.
//!
//! Lesson: `chapters/ch05_locks/README.md`, "Two clerks, one number"

use std::{sync::Mutex, time::Duration};

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

struct Stadium {
    visitors: Mutex<u32>,
    /// How long a gate needs to open.
    opening: Duration,
}

impl Stadium {
    fn new(opening: Duration) -> Self {
        let visitors = Mutex::new(0);
        Self { visitors, opening }
    }

    async fn let_in(&self) {
        open_the_gate(self.opening).await;
        *self.visitors.lock().unwrap() += 1;
    }

    /// What the screen shows.
    fn screen(&self) -> u32 {
        *self.visitors.lock().unwrap()
    }
}

/// A gate that needs no time stands open.
async fn open_the_gate(opening: Duration) {
    if !opening.is_zero() {
        sleep(opening).await;
    }
}

async fn turnstile(number: u32, visitors: u32, stadium: &Stadium) {
    async {
        for _ in 0..visitors {
            stadium.let_in().await;
        }
        info!("{} are in", stadium.screen());
    }
    .instrument(info_span!("turnstile", number))
    .await;
}

/// What the screen shows when everybody is in.
async fn evening(turnstiles: u32, visitors_each: u32) -> u32 {
    let stadium = Stadium::new(Duration::from_millis(10));
    let turnstiles = (1..=turnstiles).map(|number| turnstile(number, visitors_each, &stadium));
    join_all(turnstiles).await;
    stadium.screen()
}

fn main() {
    stage::play("At the stadium", evening(3, 20));
}

#[cfg(test)]
mod tests {
    use std::{thread, time::Instant};

    use futures::executor::block_on;

    use super::*;

    #[test]
    fn nobody_is_lost() {
        for (turnstiles, visitors) in [(1, 5), (2, 3), (7, 11), (20, 100)] {
            let played = stage::record(evening(turnstiles, visitors));
            let story = played.what_happened();
            let (shown, came) = (played.value, turnstiles * visitors);
            assert!(
                shown == came,
                "{came} came through {turnstiles} gates, and the screen shows {shown}:\n{story}"
            );
            let (took, expected) = (played.elapsed, Duration::from_millis(10) * visitors);
            assert!(
                took == expected,
                "{visitors} visitors at each of {turnstiles} gates need {expected:?} if the gates \
                 open at the same time, and it took {took:?}:\n{story}"
            );
            assert!(
                played.lanes.iter().all(|lane| lane.running().is_zero()),
                "a turnstile blocks the others while its gate opens:\n{story}"
            );
        }
    }

    /// All gates stand open. For a while of real time, since what goes wrong between threads does so
    /// now and then.
    #[test]
    fn nobody_is_lost_on_three_threads() {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(300) {
            let stadium = Stadium::new(Duration::ZERO);
            let visitors = || {
                for _ in 0..10_000 {
                    block_on(stadium.let_in());
                }
            };
            thread::scope(|scope| (0..3).for_each(|_| drop(scope.spawn(visitors))));
            let shown = stadium.screen();
            assert!(
                shown == 30_000,
                "30000 came on three threads, and the screen shows {shown}: \
                 is the number read and written under one lock, taken once?"
            );
        }
    }
}
