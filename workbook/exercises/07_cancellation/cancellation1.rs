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
    // TODO: one limit for the whole.
    timeout(LIMIT, step("find", find)).await?;
    timeout(LIMIT, step("pay", pay)).await?;
    timeout(LIMIT, step("print", print)).await?;
    Ok(format!("zone {zone}"))
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

    use super::*;

    /// Buys a ticket, and sees what is left a second later.
    fn check(zone: u32, steps: [u64; 3], seconds: u64, last_step: Option<&str>) {
        let customer = || ticket(zone, steps).instrument(info_span!("customer"));
        let played = stage::record(async {
            let ticket = customer().await;
            sleep(Duration::from_secs(1)).await;
            ticket.ok()
        });
        let happened = played.what_happened();
        let expected = last_step.is_none().then(|| format!("zone {zone}"));
        let got = &played.value;
        assert!(
            *got == expected,
            "steps of {steps:?} seconds, five in all: expected {expected:?}, got {got:?}{happened}"
        );
        let (ended, should) = (played.lanes[0].ended, Duration::from_secs(seconds));
        assert!(
            ended == Some(should),
            "steps of {steps:?} seconds: it should end at {should:?}, and ended at {ended:?}{happened}"
        );
        if let Some(step) = last_step {
            let last = played.lanes.last().unwrap();
            let stopped = (Outcome::Cancelled, Some(should));
            assert!(
                last.label == step && (last.outcome, last.ended) == stopped,
                "'{step}' is under way when the time is up. It should be stopped then, and nothing \
                 begun after it{happened}"
            );
        }
    }

    #[test]
    fn five_seconds_for_the_whole() {
        check(2, [2, 2, 2], 5, Some("step print"));
        check(2, [1, 9, 1], 5, Some("step pay"));
        check(2, [60, 1, 1], 5, Some("step find"));
        check(2, [0, 0, 6], 5, Some("step print"));
    }

    #[test]
    fn a_quick_machine_gives_a_ticket() {
        check(2, [1, 1, 1], 3, None);
        check(7, [4, 0, 0], 4, None);
        check(4, [0, 2, 2], 4, None);
    }
}
