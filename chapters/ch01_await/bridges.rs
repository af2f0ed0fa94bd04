//! From synchronous code into asynchronous code, and the bridge that must not be built.

use std::{io, thread};

use stage::Instrument;
use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
    task::JoinError,
};
use tracing::{info, info_span};

use super::fetches::fetch;

/// A synchronous function that needs an asynchronous one: it brings a runtime of its own.
///
/// # Errors
///
/// If the system grants no runtime.
///
/// # Panics
///
/// If it is called from asynchronous code, where a runtime is running already.
pub fn greet_sync(name: &str) -> io::Result<String> {
    let runtime = Builder::new_current_thread().build()?;
    Ok(runtime.block_on(greet(name)))
}

async fn greet(name: &str) -> String {
    tokio::task::yield_now().await;
    format!("Good evening, {name}.")
}

/// Asynchronous code that calls a synchronous function that blocks on asynchronous code.
/// The inner runtime would stop the thread that the outer one runs on, so Tokio panics.
///
/// # Errors
///
/// Always: the panic, as the task's result.
pub async fn nested_wrong() -> Result<io::Result<String>, JoinError> {
    let visit = async {
        info!("calling the synchronous function");
        greet_sync("Ada")
    };
    tokio::spawn(visit.instrument(info_span!("nested"))).await
}

/// The cure: asynchronous code awaits.
pub async fn awaited() -> String {
    greet("Ada").await
}

/// A plain thread may block, and with a `Handle` it may block on the runtime that others drive.
///
/// # Errors
///
/// If the thread ended without an answer.
pub async fn from_a_thread() -> Result<String, oneshot::error::RecvError> {
    let (answer, answered) = oneshot::channel();
    let runtime = Handle::current();
    thread::spawn(move || {
        // Nobody listens any more if the story was cancelled; then the page is not needed.
        let _ = answer.send(runtime.block_on(fetch(1)));
    });
    answered.await
}
