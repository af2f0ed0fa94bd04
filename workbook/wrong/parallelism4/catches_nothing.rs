//! Wrong: a panic ends a thread of the engine, and is told in other words.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use tokio::sync::oneshot;
use tracing::info;

async fn thought<T: Send + 'static>(
    engine: &Engine,
    think: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (answer, answered) = oneshot::channel();
    engine.think(move || {
        if !answer.is_closed() {
            let _ = answer.send(think());
        }
    });
    answered.await.expect("the engine answers")
}

// From here on as in the solution:
// /// Two threads that take thoughts from one line, and die of those that panic.
