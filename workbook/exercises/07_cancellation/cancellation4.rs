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

    /// Every line when its last byte has come, every tick on the second.
    fn check(text: &'static str, gap: u64) {
        let gap = Duration::from_millis(gap);
        let played = stage::record(station(text, gap));
        let happened = played.what_happened();
        let told = played.told("display");
        let of = |tick: bool| {
            let same = told
                .iter()
                .filter(move |(_, text)| (*text == "tick") == tick);
            same.copied().collect::<Vec<_>>()
        };
        let mut sent = 0;
        let expected: Vec<_> = text
            .split_terminator('\n')
            .map(|line| {
                sent += u32::try_from(line.len()).unwrap() + 1;
                (gap * sent, line)
            })
            .collect();
        let lines = of(false);
        assert!(
            lines == expected,
            "with a byte every {gap:?}: each line should be shown as a whole, when it is complete\n  \
             expected: {expected:?}\n  it was:   {lines:?}{happened}"
        );
        let ticks: Vec<_> = of(true).iter().map(|(at, _)| *at).collect();
        let last = u32::try_from(played.elapsed.as_millis() / 1_000).unwrap();
        // What happens in the very last moment may come before or after the end.
        let due = |seconds: u32| {
            (1..=seconds)
                .map(|second| SECOND * second)
                .collect::<Vec<_>>()
        };
        assert!(
            ticks == due(last) || ticks == due(last.saturating_sub(1)),
            "with a byte every {gap:?}: the clock should tick every second for {last} seconds\n  \
             it ticked at {ticks:?}{happened}"
        );
        let (polls, most) = (
            played.lane("display").polls,
            2 * (text.len() + ticks.len() + 2),
        );
        assert!(
            polls <= most as u64,
            "with a byte every {gap:?}: the display was polled {polls} times for {} bytes and {} \
             ticks. It looks again and again instead of waiting to be woken{happened}",
            text.len(),
            ticks.len()
        );
    }

    #[test]
    fn lines_are_complete_and_ticks_on_time() {
        for gap in [10, 130, 350, 1_700] {
            check("rain\n7 mm\nwind from north\n\ncalm\n", gap);
        }
    }

    #[test]
    fn a_line_longer_than_any_buffer() {
        check(
            "gale, storm, hurricane, and worse to come: all ships home\nok\n",
            35,
        );
    }
}
