//! A darkroom develops films. A film has a line or thousands of them; how long a line takes, from a tenth of a
//! millisecond to three, the machine decides. In the same program, on the same thread, somebody must always be able to
//! open the door: nobody may wait for a turn for more than ten milliseconds.
//!
//! Goal: whatever the films and the machine, the darkroom gives way after ten milliseconds at most. It does
//! not give way more often than once in five, and the films take not a moment longer.
//!
//! Lesson: `chapters/ch11_parallelism/README.md`, "A long computation that stays polite"

use std::time::Duration;

use stage::{Instrument, block_for};
use tracing::{info, info_span};

#[derive(Clone, Copy)]
struct Machine {
    per_line: Duration,
}

impl Machine {
    /// Computes for as long as this machine needs for a line.
    fn develop_line(self) {
        block_for(self.per_line);
    }
}

async fn develop_all(machine: Machine, films: &[u32]) -> u64 {
    let mut developed = 0;
    for &lines in films {
        for _ in 0..lines {
            machine.develop_line();
            developed += 1;
        }
        // TODO: give way in time, and not too often.
        tokio::task::yield_now().await;
    }
    developed
}

async fn darkroom(machine: Machine, films: Vec<u32>) -> u64 {
    async { develop_all(machine, &films).await }
        .instrument(info_span!("darkroom"))
        .await
}

fn main() {
    stage::play("In the darkroom", async {
        let machine = Machine {
            per_line: Duration::from_millis(1),
        };
        let lines = darkroom(machine, vec![30, 1, 1, 8]).await;
        info!("{lines} lines");
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn longest(lane: &stage::Lane) -> Duration {
        let runs = lane.runs.iter().map(|run| run.to - run.from);
        runs.max().unwrap_or_default()
    }

    fn played(micros: u64, films: &[u32]) -> stage::Recording<u64> {
        let machine = Machine {
            per_line: Duration::from_micros(micros),
        };
        let played = stage::record_within(
            Duration::from_mins(1),
            "All films are developed in a few seconds.",
            darkroom(machine, films.to_vec()),
        );
        let lines: u32 = films.iter().sum();
        assert_eq!(played.value, u64::from(lines), "the number of lines");
        let (total, took) = (machine.per_line * lines, played.elapsed);
        assert!(
            took == total,
            "{lines} lines of {:?} each take {total:?}, not {took:?}",
            machine.per_line
        );
        played
    }

    const FILMS: [&[u32]; 4] = [
        &[1_000],
        &[1; 1_000],
        &[3, 400, 1, 1, 1, 90, 500],
        &[0, 10, 0],
    ];

    #[test]
    fn nobody_waits_for_more_than_ten_milliseconds() {
        for micros in [100, 700, 1_000, 3_000] {
            for films in FILMS {
                let played = played(micros, films);
                let longest = longest(played.lane("darkroom"));
                assert!(
                    longest <= Duration::from_millis(10),
                    "with lines of {micros} µs, the darkroom has kept the thread for {longest:?}: \
                     somebody stands at the door"
                );
            }
        }
    }

    #[test]
    fn it_gives_way_once_in_five_milliseconds_at_most() {
        for micros in [100, 700, 1_000, 3_000] {
            for films in FILMS {
                let played = played(micros, films);
                let gave_way = played.lane("darkroom").polls - 1;
                let most = played.elapsed.as_millis() as u64 / 5;
                assert!(
                    gave_way <= most,
                    "with lines of {micros} µs, the darkroom gives way {gave_way} times in {:?}; once in \
                     5 ms would be {most} times",
                    played.elapsed
                );
            }
        }
    }
}
