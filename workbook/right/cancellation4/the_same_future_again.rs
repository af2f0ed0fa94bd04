//! Right: the future lives longer than one turn of the loop.

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
            let mut reading = std::pin::pin!(read_line(&mut bytes));
            let line = loop {
                tokio::select! {
                    biased;
                    _ = clock.tick() => info!("tick"),
                    line = &mut reading => break line,
                }
            };
            match line {
                Some(line) => info!("{line}"),
                None => return,
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
