//! Wrong: goes on without a note.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::sleep,
};
use tracing::{info, info_span};

#[derive(Debug, Default, PartialEq)]
struct Log {
    printed: Vec<u32>,
    missed: u64,
}

async fn ship(name: &'static str, printer: Duration, mut radio: broadcast::Receiver<u32>) -> Log {
    async {
        let mut log = Log::default();
        loop {
            match radio.recv().await {
                Ok(level) => {
                    info!("{level}");
                    sleep(printer).await;
                    log.printed.push(level);
                }
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return log,
            }
        }
    }
    .instrument(info_span!("ship", name))
    .await
}

// From here on as in the solution:
// /// Sends so many levels to a quick and a slow ship; the radio remembers four.
