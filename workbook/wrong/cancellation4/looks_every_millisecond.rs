//! Wrong: it looks for a byte a thousand times a second.

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
            match bytes.0.try_recv() {
                Ok('\n') => info!("{}", std::mem::take(&mut half)),
                Ok(byte) => half.push(byte),
                Err(mpsc::error::TryRecvError::Disconnected) => return,
                Err(mpsc::error::TryRecvError::Empty) => {
                    let wait = sleep(Duration::from_millis(1));
                    tokio::select! {
                        biased;
                        _ = clock.tick() => info!("tick"),
                        () = wait => {}
                    }
                }
            }
        }
    }
    .instrument(info_span!("display"))
    .await;
}

// From here on as in the solution:
// /// What comes over the radio. A byte is taken only when `next` is ready.
