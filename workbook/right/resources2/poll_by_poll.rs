//! Right: catches what each poll throws.

use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, resume_unwind},
    time::Duration,
};

use futures::FutureExt;
use tokio::time::sleep;
use tracing::info;

async fn with_boat<T>(lake: &Lake, trip: impl AsyncFnOnce(&mut Boat) -> T) -> T {
    use std::{future::poll_fn, panic::catch_unwind, pin::pin, task::Poll};

    let mut boat = lake.launch().await;
    let ended = {
        let mut trip = pin!(trip(&mut boat));
        poll_fn(|context| {
            let poll = catch_unwind(AssertUnwindSafe(|| trip.as_mut().poll(context)));
            match poll {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
                Err(panic) => Poll::Ready(Err(panic)),
            }
        })
        .await
    };
    boat.moor().await;
    ended.unwrap_or_else(|panic| resume_unwind(panic))
}

// From here on as in the solution:
// #[derive(Default)]
