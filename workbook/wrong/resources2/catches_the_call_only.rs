//! Wrong: a panic comes from polling the trip, not from making it.

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
    let value = match std::panic::catch_unwind(AssertUnwindSafe(|| trip(&mut boat))) {
        Ok(trip) => trip.await,
        Err(panic) => resume_unwind(panic),
    };
    boat.moor().await;
    value
}

// From here on as in the solution:
// #[derive(Default)]
