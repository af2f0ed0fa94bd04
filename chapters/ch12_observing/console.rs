//! The five orders for tools that look into Tokio: `tokio-console` and task dumps.
//!
//! Both need a Tokio that was built with `--cfg tokio_unstable`.

use std::time::Duration;

use tokio::{runtime::Handle, task::JoinSet, time::timeout};

/// Everything that `tokio-console` wants to know is told to who connects to port 6669 of this machine,
/// for as long as the program lives.
///
/// # Panics
///
/// If something else already listens to the whole program.
pub fn answer_the_console() {
    console_subscriber::init();
}

/// Waits for the orders, one of which never ends, until they have all come or the time is up.
pub async fn wait(mut orders: JoinSet<()>, at_most: Duration) {
    let all = async { while orders.join_next().await.is_some() {} };
    let _ = timeout(at_most, all).await;
}

/// For each task of this runtime that waits, the calls that lead to where it waits, as a tree.
///
/// Each task is polled once more for it. A task that runs at this moment on another thread and does not
/// give way keeps this from ending: put a time-out around it.
#[cfg(target_os = "linux")]
pub async fn dump() -> Vec<String> {
    let dump = Handle::current().dump().await;
    let tasks = dump.tasks().iter();
    tasks.map(|task| task.trace().to_string()).collect()
}
