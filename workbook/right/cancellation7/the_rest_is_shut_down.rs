//! Right: those that are left are cut off: counted, then aborted and waited for by `shutdown`.

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
    let mut report = Report::default();
    let mut machines = JoinSet::new();
    let mut open = true;
    loop {
        if !open && machines.is_empty() {
            return report;
        }
        tokio::select! {
            biased;
            Some(()) = signals.recv() => break,
            job = queue.recv(), if open => match job {
                Some(job) => {
                    machines.spawn(print(job));
                }
                None => open = false,
            },
            Some(ended) = machines.join_next() => report.count(&ended),
        }
    }
    queue.close();
    while queue.recv().await.is_some() {
        report.not_begun += 1;
    }
    let deadline = Instant::now() + GRACE;
    loop {
        tokio::select! {
            biased;
            ended = machines.join_next() => match ended {
                Some(ended) => report.count(&ended),
                None => return report,
            },
            Some(()) = signals.recv() => break,
            () = sleep_until(deadline) => break,
        }
    }
    report.cut_off += u32::try_from(machines.len()).unwrap();
    machines.shutdown().await;
    report
}

impl Report {
    fn count(&mut self, ended: &Result<(), JoinError>) {
        match ended {
            Ok(()) => self.done += 1,
            Err(_) => self.cut_off += 1,
        }
    }
}

// From here on as in the solution:
// struct Job {
