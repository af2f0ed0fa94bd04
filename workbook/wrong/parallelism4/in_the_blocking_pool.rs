//! Wrong: the blocking pool begins as many as it may, on threads that are not the engine's.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use tokio::sync::oneshot;
use tracing::info;

async fn thought<T: Send + 'static>(
    _engine: &Engine,
    think: impl FnOnce() -> T + Send + 'static,
) -> T {
    let thought = tokio::task::spawn_blocking(think).await;
    thought.unwrap_or_else(|error| resume_unwind(error.into_panic()))
}

// From here on as in the solution:
// /// Two threads that take thoughts from one line, and die of those that panic.
