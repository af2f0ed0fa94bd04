//! Wrong: the radio remembers more instead.

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
                Err(RecvError::Lagged(missed)) => log.missed += missed,
                Err(RecvError::Closed) => return log,
            }
        }
    }
    .instrument(info_span!("ship", name))
    .await
}

/// Sends so many levels to a quick and a slow ship; the radio remembers four.
async fn harbour(levels: u32) -> (Log, Log) {
    let (radio, quick) = broadcast::channel(1_000);
    let slow = radio.subscribe();
    let sending = async move {
        for level in 1..=levels {
            sleep(Duration::from_millis(100)).await;
            // An error would mean that no ship listens, which is fine for a radio.
            let _ = radio.send(level);
        }
    };
    let ((), quick, slow) = tokio::join!(
        sending,
        ship("Quick", Duration::from_millis(20), quick),
        ship("Slow", Duration::from_millis(250), slow),
    );
    (quick, slow)
}

// From here on as in the solution:
// fn main() {
