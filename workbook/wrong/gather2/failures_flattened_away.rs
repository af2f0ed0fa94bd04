//! Wrong: `flatten` throws every failure away.

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
    (ends.into_iter().flatten().collect(), Vec::new())
}

// From here on as in the solution:
// async fn back_up((machine, backup): Machine) -> Result<String, SwitchedOff> {
