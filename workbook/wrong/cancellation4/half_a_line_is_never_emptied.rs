//! Wrong: each line is shown behind all that came before it.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::mpsc,
    time::{Instant, interval_at, sleep},
};
use tracing::{info, info_span};

const SECOND: Duration = Duration::from_secs(1);

async fn display(mut bytes: Bytes) {
    async {
        let mut clock = interval_at(Instant::now() + SECOND, SECOND);

        let mut half = String::new();
        loop {
            tokio::select! {
                biased;
                _ = clock.tick() => info!("tick"),
                byte = bytes.next() => match byte {
                    Some('\n') => info!("{half}"),
                    Some(byte) => half.push(byte),
                    None => return,
                },
            }
        }
    }
    .instrument(info_span!("display"))
    .await;
}

// From here on as in the solution:
// /// What comes over the radio. A byte is taken only when `next` is ready.
