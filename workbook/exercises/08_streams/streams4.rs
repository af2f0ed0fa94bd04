//! A guard checks visitors, one after the other, 300 ms each. Every 500 ms a bell must be rung, also while
//! somebody is being checked. But who is being checked then is never seen again.
//!
//! Goal: everybody is let in, in order, checked once, one at a time; and the bell rings on time.
//!
//! Lesson: `chapters/ch08_streams/README.md`, "Beside a clock"

use std::{
    pin::pin,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::Duration,
};

use futures::{Stream, StreamExt, stream};
use tokio::time::{Instant, interval_at, sleep};
use tracing::info;

const TO_CHECK: Duration = Duration::from_millis(300);
const BELL: Duration = Duration::from_millis(500);

/// Lets everybody in who comes; the answer is who is inside.
async fn gate(visitors: impl Stream<Item = u32>, guard: &Guard) -> Vec<u32> {
    let mut visitors = pin!(visitors);
    let mut bell = interval_at(Instant::now() + BELL, BELL);
    let mut inside = Vec::new();
    loop {
        tokio::select! {
            biased;
            // TODO: what is dropped here when the bell rings?
            visitor = next_checked(&mut visitors, guard) => {
                let Some(visitor) = visitor else {
                    return inside;
                };
                inside.push(visitor);
            }
            // Cancel safe.
            _ = bell.tick() => info!("bell"),
        }
    }
}

async fn next_checked(visitors: impl Stream<Item = u32> + Unpin, guard: &Guard) -> Option<u32> {
    let checked = visitors.then(|visitor| guard.check(visitor));
    pin!(checked).next().await
}

#[derive(Default)]
struct Guard {
    begun: AtomicU32,
    now: AtomicU32,
    most: AtomicU32,
}

impl Guard {
    async fn check(&self, visitor: u32) -> u32 {
        self.begun.fetch_add(1, Relaxed);
        self.most
            .fetch_max(self.now.fetch_add(1, Relaxed) + 1, Relaxed);
        let _here = Here(self);
        sleep(TO_CHECK).await;
        info!("visitor {visitor}");
        visitor
    }
}

/// Somebody who is being checked.
struct Here<'a>(&'a Guard);

impl Drop for Here<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Relaxed);
    }
}

fn main() {
    stage::play("A gate", async {
        let inside = gate(stream::iter(1..=6), &Guard::default()).await;
        info!("inside: {inside:?}");
    });
}

#[cfg(test)]
mod tests {
    use stage::ms;

    use super::*;

    /// Who is inside, after how long, and when the bell was rung.
    fn day(pause: u64, visitors: u32) -> (Vec<u32>, Duration, Vec<Duration>) {
        let guard = Guard::default();
        let played = stage::record(async {
            let visitors = stream::iter(1..=visitors).then(async |visitor| {
                sleep(ms(pause)).await;
                visitor
            });
            gate(visitors, &guard).await
        });
        let (begun, most) = (guard.begun.into_inner(), guard.most.into_inner());
        let (inside, happened) = (played.value.len(), played.what_happened());
        assert!(
            inside as u32 == visitors,
            "{visitors} visitors came, and {inside} were let in{happened}"
        );
        assert!(
            begun == visitors,
            "{visitors} visitors came, and {begun} checks were begun{happened}"
        );
        assert!(
            most == 1,
            "{most} visitors were checked at a time{happened}"
        );
        let bells = played.when("bell");
        (played.value, played.elapsed, bells)
    }

    #[test]
    fn everybody_is_let_in_though_the_bell_rings() {
        let (inside, elapsed, bells) = day(0, 10);
        assert_eq!(inside, (1..=10).collect::<Vec<_>>());
        assert_eq!(elapsed, TO_CHECK * 10);
        let every_half_second: Vec<_> = (1..=5).map(|number| BELL * number).collect();
        assert_eq!(bells, every_half_second, "the bell, also during a check");
    }

    #[test]
    fn also_while_nobody_comes() {
        let (inside, elapsed, bells) = day(900, 4);
        assert_eq!(inside, [1, 2, 3, 4]);
        assert_eq!(elapsed, (ms(900) + TO_CHECK) * 4);
        assert_eq!(bells.len(), 9, "bells in {elapsed:?}");
    }
}
