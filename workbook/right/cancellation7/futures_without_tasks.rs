//! Right: machines are futures of the server: dropped, they stop.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::mpsc,
    task::{JoinError, JoinSet},
    time::{Instant, sleep, sleep_until},
};
use tracing::{info, info_span};

const GRACE: Duration = Duration::from_secs(10);

#[derive(Debug, Default, PartialEq)]
struct Report {
    done: u32,
    /// Jobs that were begun and not finished.
    cut_off: u32,
    /// Jobs that were in the queue, and never begun.
    not_begun: u32,
}

async fn server(mut queue: mpsc::Receiver<Job>, mut signals: mpsc::Receiver<()>) -> Report {
    use futures::{StreamExt, stream::FuturesUnordered};
    let mut report = Report::default();
    let mut machines = FuturesUnordered::new();
    let mut open = true;
    while open || !machines.is_empty() {
        tokio::select! {
            biased;
            Some(()) = signals.recv() => {
                queue.close();
                while queue.recv().await.is_some() {
                    report.not_begun += 1;
                }
                let mut grace = std::pin::pin!(sleep(GRACE));
                while !machines.is_empty() {
                    tokio::select! {
                        biased;
                        Some(()) = machines.next() => report.done += 1,
                        Some(()) = signals.recv() => break,
                        () = &mut grace => break,
                    }
                }
                report.cut_off = u32::try_from(machines.len()).unwrap();
                return report;
            }
            job = queue.recv(), if open => match job {
                Some(job) => machines.push(print(job)),
                None => open = false,
            },
            Some(()) = machines.next() => report.done += 1,
        }
    }
    report
}

// From here on as in the solution:
// struct Job {
