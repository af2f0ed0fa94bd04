//! Wrong: a sleep that begins anew with each byte is no clock.

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
        let mut half = String::new();
        loop {
            tokio::select! {
                biased;
                () = sleep(SECOND) => info!("tick"),
                byte = bytes.next() => match byte {
                    Some('\n') => info!("{}", std::mem::take(&mut half)),
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
