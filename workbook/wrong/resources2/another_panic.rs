//! Wrong: the panic that goes on is another one.

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
    let ended = AssertUnwindSafe(trip(&mut boat)).catch_unwind().await;
    boat.moor().await;
    ended.expect("the trip ends well")
}

// From here on as in the solution:
// #[derive(Default)]
