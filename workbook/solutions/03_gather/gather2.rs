//! Every night a small office backs up its machines, all at once. If one of them is switched off,
//! the others' backups are thrown away half-way, and if several are, only one is named.
//!
//! Goal: a failure is a result like any other: everybody else's backup is kept, and every failed
//! machine is named, both in the order of the list.
//!
//! Lesson: `chapters/ch03_gather/README.md`, "Health checks: a failure is a result too"

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// A machine, and the seconds its backup takes; `Err` with the seconds until it fails.
type Machine = (&'static str, Result<u64, u64>);

#[derive(Debug, PartialEq)]
struct SwitchedOff(&'static str);

/// The backups that were made, and those that were not.
async fn back_up_all(machines: &[Machine]) -> (Vec<String>, Vec<SwitchedOff>) {
    let (mut backups, mut failures) = (Vec::new(), Vec::new());
    for result in join_all(machines.iter().map(|&machine| back_up(machine))).await {
        match result {
            Ok(backup) => backups.push(backup),
            Err(failure) => failures.push(failure),
        }
    }
    (backups, failures)
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

    fn check(machines: &[Machine], seconds: u64, saved: &[&str], switched_off: &[&'static str]) {
        let played = stage::record(back_up_all(machines));
        let timeline = stage::timeline_of(&played, 100);
        let (begun, count) = (played.lanes.len(), machines.len());
        assert!(
            begun == count,
            "each of {count} machines should be backed up once, and {begun} backups were begun:\n\
             {timeline}"
        );
        for lane in &played.lanes {
            let label = &lane.label;
            assert!(
                lane.outcome == Outcome::Finished,
                "'{label}' was thrown away half-way, because another machine failed:\n{timeline}"
            );
        }
        let (backups, failures) = &played.value;
        assert!(
            backups == saved,
            "these backups should be kept, in the order of the list\n  \
             expected: {saved:?}\n  it was:   {backups:?}\n{timeline}"
        );
        let failures: Vec<_> = failures.iter().map(|failure| failure.0).collect();
        assert!(
            failures == switched_off,
            "these machines should be named, in the order of the list\n  \
             expected: {switched_off:?}\n  it was:   {failures:?}\n{timeline}"
        );
        let (took, slowest) = (played.elapsed, Duration::from_secs(seconds));
        assert!(
            took == slowest,
            "the backups should be made at the same time, in {slowest:?}, and took {took:?}:\n\
             {timeline}"
        );
    }

    #[test]
    fn one_failure_costs_one_backup() {
        let machines = [("till", Ok(2)), ("office", Err(1)), ("camera", Ok(3))];
        check(&machines, 3, &["till.tar", "camera.tar"], &["office"]);
    }

    #[test]
    fn every_failure_is_named() {
        let machines = [("a", Err(3)), ("b", Ok(1)), ("c", Err(1)), ("d", Err(2))];
        check(&machines, 3, &["b.tar"], &["a", "c", "d"]);
    }

    #[test]
    fn quick_and_slow_ones() {
        let machines = [("a", Ok(4)), ("b", Err(4)), ("c", Ok(1)), ("d", Ok(2))];
        check(&machines, 4, &["a.tar", "c.tar", "d.tar"], &["b"]);
        check(&[], 0, &[], &[]);
    }
}
