//! Wrong: begins the check anew after each bell.

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
    let mut visitors = pin!(visitors.peekable());
    let mut bell = interval_at(Instant::now() + BELL, BELL);
    let mut inside = Vec::new();
    loop {
        let check = async {
            let visitor = *visitors.as_mut().peek().await?;
            Some(guard.check(visitor).await)
        };
        tokio::select! {
            biased;
            visitor = check => {
                let Some(visitor) = visitor else {
                    return inside;
                };
                visitors.next().await;
                inside.push(visitor);
            }
            _ = bell.tick() => info!("bell"),
        }
    }
}

// From here on as in the solution:
// #[derive(Default)]
