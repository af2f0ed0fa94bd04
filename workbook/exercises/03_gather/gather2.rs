//! Every night a small office backs up its machines, all at once. If one of them is switched off,
//! the others' backups are thrown away half-way, and nobody learns which machine it was.
//!
//! Goal: a failure is a result like any other: everybody else's backup is kept, and every failed
//! machine is named, both in the order of the list.
//!
//! Lesson: `chapters/ch03_gather/README.md`, "Health checks: a failure is a result too"

use std::time::Duration;

use futures::future::try_join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// A machine, and the seconds its backup takes; `Err` with the seconds until it fails.
type Machine = (&'static str, Result<u64, u64>);

#[derive(Debug, PartialEq)]
struct SwitchedOff(&'static str);

/// The backups that were made, and those that were not.
async fn back_up_all(machines: &[Machine]) -> (Vec<String>, Vec<SwitchedOff>) {
    // TODO: keep what was made, and name what was not.
    match try_join_all(machines.iter().map(|&machine| back_up(machine))).await {
        Ok(backups) => (backups, Vec::new()),
        Err(error) => (Vec::new(), vec![error]),
    }
}

async fn back_up((machine, backup): Machine) -> Result<String, SwitchedOff> {
    async {
        sleep(Duration::from_secs(backup.unwrap_or_else(|until| until))).await;
        match backup {
            Ok(_) => {
                info!("saved");
                Ok(format!("{machine}.tar"))
            }
            Err(_) => {
                info!("switched off");
                Err(SwitchedOff(machine))
            }
        }
    }
    .instrument(info_span!("back up", machine))
    .await
}

fn main() {
    let machines = [("till", Ok(2)), ("office", Err(1)), ("camera", Ok(3))];
    stage::play("Backups at night", back_up_all(&machines));
}

#[cfg(test)]
mod tests {
    use stage::Outcome;

    use super::*;

    #[test]
    fn one_failure_costs_one_backup() {
        let machines = [("till", Ok(2)), ("office", Err(1)), ("camera", Ok(3))];
        let played = stage::record(back_up_all(&machines));

        let (backups, failures) = &played.value;
        assert_eq!(backups, &["till.tar", "camera.tar"]);
        assert_eq!(failures, &[SwitchedOff("office")]);
        assert_eq!(played.lanes.len(), 3, "each machine is backed up once");
        for lane in &played.lanes {
            assert_eq!(lane.outcome, Outcome::Finished, "{}", lane.label);
        }
        assert_eq!(played.elapsed, Duration::from_secs(3));
    }

    #[test]
    fn every_failure_is_named() {
        let machines = [("a", Err(3)), ("b", Ok(1)), ("c", Err(1)), ("d", Err(2))];
        let played = stage::record(back_up_all(&machines));

        let (backups, failures) = &played.value;
        assert_eq!(backups, &["b.tar"]);
        assert_eq!(failures, &["a", "c", "d"].map(SwitchedOff));
        assert_eq!(played.elapsed, Duration::from_secs(3));
    }
}
