//! The second bell, tested as one tests such a thing: very often.

use std::{pin::pin, sync::Arc, time::Duration};

use futures::poll;
use tokio::{task::yield_now, time::timeout};

use crate::hatch::Rings;

/// Somebody waits, somebody rings, each a task. How many of so many who waited were not called?
pub async fn not_called<B: Rings + 'static>(runs: u32) -> u32 {
    let mut lost = 0;
    for run in 0..runs {
        let bell = Arc::new(B::default());
        let rings = tokio::spawn({
            let bell = Arc::clone(&bell);
            async move {
                if run % 2 == 0 {
                    yield_now().await;
                }
                bell.ring();
            }
        });
        let waits = tokio::spawn(async move {
            let mut called = pin!(bell.wait());
            if poll!(called.as_mut()).is_ready() {
                return true;
            }
            timeout(LONG, called).await.is_ok()
        });
        lost += u32::from(!waits.await.is_ok_and(|called| called));
        let _ = rings.await;
    }
    lost
}

/// A ring takes microseconds.
const LONG: Duration = Duration::from_millis(200);
