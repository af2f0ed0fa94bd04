//! Wrong: the panic is caught, and another one told.

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
        if answer.is_closed() {
            return;
        }
        let _ = answer.send(catch_unwind(AssertUnwindSafe(think)));
    });
    let thought = answered.await.expect("the engine answers");
    thought.unwrap_or_else(|_| panic!("thinking panicked"))
}

// From here on as in the solution:
// /// Two threads that take thoughts from one line, and die of those that panic.
