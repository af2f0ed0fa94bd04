//! Wrong: the thread that should serve others does the thinking, if at a later moment.

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
    tokio::task::yield_now().await;
    think()
}

// From here on as in the solution:
// /// Two threads that take thoughts from one line, and die of those that panic.
