//! Right: two futures: one rings, the other lets in.

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
    let ring = async {
        let mut bell = interval_at(Instant::now() + BELL, BELL);
        loop {
            bell.tick().await;
            info!("bell");
        }
    };
    let let_in = visitors.then(|visitor| guard.check(visitor)).collect();
    tokio::select! {
        biased;
        inside = let_in => inside,
        () = ring => unreachable!("it rings for ever"),
    }
}

// From here on as in the solution:
// #[derive(Default)]
