//! Right: a task that is aborted with its set reads, and hands over whole lines.

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

        let (sender, mut lines) = mpsc::channel(1);
        let mut reader = tokio::task::JoinSet::new();
        reader.spawn(async move {
            while let Some(line) = read_line(&mut bytes).await {
                let _ = sender.send(line).await;
            }
        });
        loop {
            tokio::select! {
                biased;
                _ = clock.tick() => info!("tick"),
                line = lines.recv() => match line {
                    Some(line) => info!("{line}"),
                    None => return,
                },
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
