//! Wrong: marks the boat without mooring it.

use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, resume_unwind},
    time::Duration,
};

use futures::FutureExt;
use tokio::time::sleep;
use tracing::info;

async fn with_boat<T>(lake: &Lake, trip: impl AsyncFnOnce(&mut Boat) -> T) -> T {
    let mut boat = lake.launch().await;
    match AssertUnwindSafe(trip(&mut boat)).catch_unwind().await {
        Ok(value) => {
            boat.moor().await;
            value
        }
        Err(panic) => {
            boat.is_moored = true;
            resume_unwind(panic)
        }
    }
}

// From here on as in the solution:
// #[derive(Default)]
