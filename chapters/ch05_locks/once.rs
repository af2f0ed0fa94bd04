//! Five tasks need the same connection, and nobody has opened it yet.

use std::{cell::Cell, time::Duration};

use stage::Instrument;
use thiserror::Error;
use tokio::{join, sync::OnceCell, time::sleep};
use tracing::{info, info_span};

/// The other side did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no answer")]
pub struct NoAnswer;

/// Looks whether there is a connection, and opens one if not: so do all five.
///
/// Returns how often somebody began to open one.
pub async fn five_tasks_wrong() -> u32 {
    let opened = Cell::new(0);
    let connection = Cell::new(None);
    five_tasks(async || {
        if connection.get().is_none() {
            connection.set(open(&opened).await.ok());
        }
    })
    .await;
    opened.get()
}

/// The first opens it, the others wait for that. If it fails, the next one tries.
///
/// Returns how often somebody began to open one.
pub async fn five_tasks_once() -> u32 {
    let opened = Cell::new(0);
    let connection = OnceCell::new();
    five_tasks(async || {
        let connected = connection.get_or_try_init(|| open(&opened)).await;
        match connected {
            Ok(number) => info!("using connection {number}"),
            Err(error) => info!("{error}"),
        }
    })
    .await;
    opened.get()
}

/// The first attempt fails.
async fn open(opened: &Cell<u32>) -> Result<u32, NoAnswer> {
    opened.update(|opened| opened + 1);
    let number = opened.get();
    info!("opening connection {number}");
    sleep(Duration::from_secs(1)).await;
    if number == 1 {
        Err(NoAnswer)
    } else {
        Ok(number)
    }
}

async fn five_tasks(task: impl AsyncFn()) {
    join!(
        biased;
        task().instrument(info_span!("task", id = 1)),
        task().instrument(info_span!("task", id = 2)),
        task().instrument(info_span!("task", id = 3)),
        task().instrument(info_span!("task", id = 4)),
        task().instrument(info_span!("task", id = 5)),
    );
}
