//! Wrong: after a failure all others are backed up once more.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// A machine, and the seconds its backup takes; `Err` with the seconds until it fails.
type Machine = (&'static str, Result<u64, u64>);

#[derive(Debug, PartialEq)]
struct SwitchedOff(&'static str);

async fn back_up_all(machines: &[Machine]) -> (Vec<String>, Vec<SwitchedOff>) {
    let mut left = machines.to_vec();
    let mut failures = Vec::new();
    loop {
        let all = left.iter().map(|&machine| back_up(machine));
        match futures::future::try_join_all(all).await {
            Ok(backups) => return (backups, failures),
            Err(failure) => {
                left.retain(|machine| machine.0 != failure.0);
                failures.push(failure);
            }
        }
    }
}

// From here on as in the solution:
// async fn back_up((machine, backup): Machine) -> Result<String, SwitchedOff> {
