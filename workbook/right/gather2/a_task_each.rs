//! Right: handles awaited in the order of the list; all tasks run meanwhile.

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
    let begun: Vec<_> = machines
        .iter()
        .map(|&machine| tokio::spawn(back_up(machine)))
        .collect();
    let (mut backups, mut failures) = (Vec::new(), Vec::new());
    for one in begun {
        match one.await.unwrap() {
            Ok(backup) => backups.push(backup),
            Err(failure) => failures.push(failure),
        }
    }
    (backups, failures)
}

// From here on as in the solution:
// async fn back_up((machine, backup): Machine) -> Result<String, SwitchedOff> {
