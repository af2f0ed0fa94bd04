//! A weather station sends lines over a slow radio, byte by byte; the display also shows the clock,
//! every second. Some lines arrive without their beginning. It is always those that were on their
//! way when the clock ticked.
//!
//! Goal: every line complete, every tick on time. (The bytes are slower than the clock, so it does
//! not help to tick between two lines.)
//!
//! Lesson: `chapters/ch07_cancellation/README.md`, "Cancel safety"

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
        // TODO: what becomes of half a line when the clock ticks?
        loop {
            tokio::select! {
                biased;
                _ = clock.tick() => info!("tick"),
                line = read_line(&mut bytes) => match line {
                    Some(line) => info!("{line}"),
                    None => return,
                },
            }
        }
    }
    .instrument(info_span!("display"))
    .await;
}

/// The next line; `None` when the station is silent for good.
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

/// What comes over the radio. A byte is taken only when `next` is ready.
struct Bytes(mpsc::Receiver<char>);

impl Bytes {
    async fn next(&mut self) -> Option<char> {
        self.0.recv().await
    }
}

/// Sends this text, a byte every `gap`.
async fn station(text: &'static str, gap: Duration) {
    let (radio, bytes) = mpsc::channel(1);
    let sending = async move {
        for byte in text.chars() {
            sleep(gap).await;
            if radio.send(byte).await.is_err() {
                return;
            }
        }
    };
    tokio::join!(sending, display(Bytes(bytes)));
}

fn main() {
    stage::play(
        "A weather station",
        station("rain\n7 mm\n", Duration::from_millis(350)),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_complete_and_ticks_on_time() {
        let text = "rain\n7 mm\nwind from north\n\ncalm\n";
        for gap in [10, 130, 350, 1_700] {
            let gap = Duration::from_millis(gap);
            let played = stage::record(station(text, gap));

            let told = played.told("display");
            let lines: Vec<_> = told.iter().filter(|(_, text)| *text != "tick").collect();
            let mut sent = 0;
            for (line, (at, shown)) in text.lines().zip(&lines) {
                assert_eq!(*shown, line, "a byte every {gap:?}");
                sent += u32::try_from(line.len()).unwrap() + 1;
                assert_eq!(*at, gap * sent, "{line:?} is shown when it is complete");
            }
            assert_eq!(lines.len(), text.lines().count());

            let ticks: Vec<_> = told.iter().filter(|(_, text)| *text == "tick").collect();
            for (number, (at, _)) in (1..).zip(&ticks) {
                assert_eq!(*at, SECOND * number, "a byte every {gap:?}");
            }
            let seconds = usize::try_from(played.elapsed.as_secs()).unwrap();
            assert!(
                ticks.len() == seconds || ticks.len() + 1 == seconds,
                "{} ticks in {seconds} seconds",
                ticks.len()
            );
        }
    }
}
