//! Wrong: `biased` the other way round: when the clock ticks, half a line is still lost.

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

        loop {
            tokio::select! {
                biased;
                line = read_line(&mut bytes) => match line {
                    Some(line) => info!("{line}"),
                    None => return,
                },
                _ = clock.tick() => info!("tick"),
            }
        }
    }
    .instrument(info_span!("display"))
    .await;
}

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
