//! Wrong: the clock ticks when a line is complete, not every second.

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

        while let Some(line) = read_line(&mut bytes).await {
            while clock.tick().now_or_never().is_some() {
                info!("tick");
            }
            info!("{line}");
        }
    }
    .instrument(info_span!("display"))
    .await;
}
use futures::FutureExt;

async fn read_line(bytes: &mut Bytes) -> Option<String> {
    let mut line = String::new();
    while let Some(byte) = bytes.next().await {
        if byte == '\n' {
            return Some(line);
        }
        line.push(byte);
    }
    None
}

// From here on as in the solution:
// /// What comes over the radio. A byte is taken only when `next` is ready.
