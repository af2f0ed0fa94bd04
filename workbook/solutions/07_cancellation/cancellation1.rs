//! A ticket machine has a limit of five seconds: whoever waits for longer should get the money back.
//! Customers tell of ten seconds and more. "Every step has its limit," says the maker.
//!
//! Goal: five seconds for the whole, whatever the steps need; a step that is under way then stops.
//!
//! Lesson: `chapters/ch07_cancellation/README.md`, "Three time-outs"

use std::time::Duration;

use stage::Instrument;
use tokio::time::{error::Elapsed, sleep, timeout};
use tracing::info_span;

const LIMIT: Duration = Duration::from_secs(5);

/// A ticket for zone `zone`; each step takes so many seconds.
async fn ticket(zone: u32, steps: [u64; 3]) -> Result<String, Elapsed> {
    let [find, pay, print] = steps;
    let whole = async {
        step("find", find).await;
        step("pay", pay).await;
        step("print", print).await;
        format!("zone {zone}")
    };
    timeout(LIMIT, whole).await
}

async fn step(step: &'static str, seconds: u64) {
    let working = sleep(Duration::from_secs(seconds));
    working.instrument(info_span!("step", step)).await;
}

fn main() {
    stage::play("A ticket machine", async {
        tracing::info!("{:?}", ticket(2, [2, 2, 2]).await);
    });
}

#[cfg(test)]
mod tests {
    use stage::Outcome;
    use tokio::runtime::Handle;

    use super::*;

    #[test]
    fn five_seconds_for_the_whole() {
        for (steps, last_step) in [
            ([2, 2, 2], "step print"),
            ([1, 9, 1], "step pay"),
            ([60, 1, 1], "step find"),
            ([0, 0, 6], "step print"),
        ] {
            let played = stage::record(async {
                let ticket = ticket(2, steps).await;
                tokio::task::yield_now().await;
                (
                    ticket.is_ok(),
                    Handle::current().metrics().num_alive_tasks(),
                )
            });
            assert_eq!(
                played.value,
                (false, 0),
                "{steps:?} (ticket, still running)"
            );
            assert_eq!(played.elapsed, LIMIT, "{steps:?}");
            assert_eq!(played.lane(last_step).outcome, Outcome::Cancelled);
            assert_eq!(
                played.lane(last_step),
                played.lanes.last().unwrap(),
                "no step begins after that"
            );
        }
    }

    #[test]
    fn a_quick_machine_gives_a_ticket() {
        for (zone, steps) in [(2, [1, 1, 1]), (7, [4, 0, 0]), (4, [0, 2, 2])] {
            let played = stage::record(ticket(zone, steps));
            assert_eq!(played.value, Ok(format!("zone {zone}")));
            assert_eq!(
                played.elapsed,
                Duration::from_secs(steps.iter().sum()),
                "one step after the other"
            );
        }
    }
}
