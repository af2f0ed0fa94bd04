//! A breakdown service takes calls. For each, one task looks for a mechanic and another for a tow truck, at the
//! same time. The log is full, and useless: nobody knows which call a line belongs to.
//!
//! Goal: every line is said on the lane of its call, `call 1`, `call 2`, …, or on a lane below it. The two look-ups
//! go on at the same time, as tasks or otherwise, and so do the calls.
//!
//! Lesson: `chapters/ch12_observing/README.md`, "Logs worth reading"

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{spawn, time::sleep};
use tracing::{info, info_span, warn};

async fn call(id: u64) {
    info!("picked up");
    let mechanic = spawn(mechanic(id).in_current_span());
    let truck = spawn(truck(id).in_current_span());
    mechanic.await.expect("no panic");
    truck.await.expect("no panic");
    info!("on the way");
}

async fn everybody(calls: u64) {
    let calls = (1..=calls).map(|id| call(id).instrument(info_span!("call", id)));
    join_all(calls).await;
}

async fn mechanic(id: u64) {
    sleep(Duration::from_secs(id)).await;
    info!("found a mechanic");
}

async fn truck(id: u64) {
    sleep(Duration::from_millis(500)).await;
    warn!("the first truck is busy");
    sleep(Duration::from_secs(id)).await;
    info!("found a truck");
}

fn main() {
    stage::play("Three calls", async {
        everybody(3).instrument(info_span!("service")).await;
    });
}

#[cfg(test)]
mod tests {
    use stage::{Recording, ms};

    use super::*;

    fn played(calls: u64) -> Recording {
        stage::record_within(
            Duration::from_mins(1),
            "All calls are over in seconds.",
            async move {
                everybody(calls).await;
                info!("all are over");
            },
        )
    }

    /// The outermost lane on which each line was said.
    fn whose(played: &Recording) -> Vec<(String, &str)> {
        let outermost = |mut lane: usize| {
            while let Some(parent) = played.lanes[lane].parent {
                lane = parent;
            }
            played.lanes[lane].label.clone()
        };
        let events = played.events.iter();
        let said = events.map(|event| {
            let lane = event.lane.map_or("no lane".to_owned(), outermost);
            (lane, event.text.as_str())
        });
        said.collect()
    }

    #[test]
    fn every_line_is_on_the_lane_of_its_call() {
        for calls in [1, 3, 5] {
            let played = played(calls);
            let said = whose(&played);
            for id in 1..=calls {
                let lane = format!("call {id}");
                let mut lines: Vec<_> = said
                    .iter()
                    .filter(|said| said.0 == lane)
                    .map(|said| said.1)
                    .collect();
                lines.sort_unstable();
                assert!(
                    lines
                        == [
                            "found a mechanic",
                            "found a truck",
                            "on the way",
                            "picked up",
                            "warning: the first truck is busy"
                        ],
                    "`{lane}` should tell its five lines, and tells {lines:?}; all lines: {said:?}{}",
                    played.what_happened()
                );
            }
            assert!(
                said.last().unwrap().0 == "no lane",
                "the last line belongs to no call{}",
                played.what_happened()
            );
        }
    }

    #[test]
    fn lines_are_said_by_those_who_know() {
        let played = played(3);
        let said = whose(&played);
        let when = |id: u64, text: &str| {
            let lane = format!("call {id}");
            let index = said
                .iter()
                .position(|said| said.0 == lane && said.1 == text);
            index.map(|index| played.events[index].at)
        };
        for id in 1..=3 {
            for (text, at) in [
                ("found a mechanic", 1000 * id),
                ("found a truck", 1000 * id + 500),
            ] {
                assert!(
                    when(id, text) == Some(ms(at)),
                    "call {id} says '{text}' at {at} ms{}",
                    played.what_happened()
                );
            }
        }
    }

    #[test]
    fn a_call_has_one_lane() {
        let played = played(3);
        for id in 1..=3 {
            let label = format!("call {id}");
            let lanes = played.lanes.iter().filter(|lane| lane.label == label);
            let begun: Vec<_> = lanes.map(|lane| lane.created).collect();
            assert!(
                begun == [ms(0)],
                "there should be one lane `{label}`, from the call's beginning on{}",
                played.what_happened()
            );
        }
    }

    #[test]
    fn all_goes_on_at_the_same_time() {
        let played = played(3);
        assert!(
            played.elapsed == ms(3500),
            "three calls take 3.5 s, and took {:?}{}",
            played.elapsed,
            played.what_happened()
        );
    }
}
