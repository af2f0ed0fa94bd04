//! Wrong: moors a second boat, the first is adrift.

use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, resume_unwind},
    time::Duration,
};

use futures::FutureExt;
use tokio::time::sleep;
use tracing::info;

async fn with_boat<T>(lake: &Lake, trip: impl AsyncFnOnce(&mut Boat) -> T) -> T {
    let trip = async {
        let mut boat = lake.launch().await;
        let value = trip(&mut boat).await;
        boat.moor().await;
        value
    };
    match AssertUnwindSafe(trip).catch_unwind().await {
        Ok(value) => value,
        Err(panic) => {
            lake.launch().await.moor().await;
            resume_unwind(panic)
        }
    }
}

// From here on as in the solution:
// #[derive(Default)]
