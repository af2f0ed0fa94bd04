//! From synchronous code into asynchronous code, and the bridge that must not be built.

use std::{io, thread, time::Duration};

use stage::Instrument;
use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
    task::JoinError,
    time::sleep,
};
use tracing::{info, info_span};

use super::fetches::fetch;

/// What a greeting needs, so short that nobody minds the real clock of a runtime of one's own.
const A_MOMENT: Duration = Duration::from_millis(1);

/// A synchronous function that needs an asynchronous one: it brings a runtime of its own.
///
/// # Errors
///
/// If the system grants no runtime.
///
/// # Panics
///
/// If it is called from asynchronous code that Tokio runs.
pub fn greet_sync(name: &str) -> io::Result<String> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(greet(name)))
}

async fn greet(name: &str) -> String {
    sleep(A_MOMENT).await;
    format!("Good evening, {name}.")
}

/// Asynchronous code that calls a synchronous function that blocks on asynchronous code.
/// The inner runtime would stop the thread that the outer one runs on, so Tokio panics.
///
/// # Errors
///
/// The panic, as the task's result.
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
