//! Wrong: `collect` stops at the first failure.

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
    let ends = join_all(machines.iter().map(|&machine| back_up(machine))).await;
    let backups: Vec<_> = ends.iter().flatten().map(String::clone).collect();
    match ends.into_iter().collect::<Result<Vec<_>, _>>() {
        Ok(_) => (backups, Vec::new()),
        Err(failure) => (backups, vec![failure]),
    }
}

// From here on as in the solution:
// async fn back_up((machine, backup): Machine) -> Result<String, SwitchedOff> {
