//! Right: futures of one task stop when they are dropped; who failed in the same instant is still asked.

use std::time::Duration;

use stage::Instrument;
use tokio::{task::JoinSet, time::sleep};
use tracing::{info, info_span};

#[derive(Clone, Debug, PartialEq)]
enum Failure {
    OutOfPaper(&'static str),
    Panicked,
}

async fn group<T, F>(jobs: Vec<F>) -> Result<Vec<T>, Vec<Failure>>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Failure>> + Send + 'static,
{
    use futures::{FutureExt, StreamExt, stream::FuturesUnordered};
    let jobs = jobs.into_iter().enumerate().map(|(index, job)| async move {
        let ended = std::panic::AssertUnwindSafe(job).catch_unwind().await;
        (index, ended.unwrap_or(Err(Failure::Panicked)))
    });
    let mut jobs: FuturesUnordered<_> = jobs.collect();
    let (mut values, mut failures) = (std::collections::BTreeMap::new(), Vec::new());
    loop {
        let ended = if failures.is_empty() {
            jobs.next().await
        } else {
            jobs.next().now_or_never().flatten()
        };
        match ended {
            Some((index, Ok(value))) => {
                values.insert(index, value);
            }
            Some((_, Err(failure))) => failures.push(failure),
            None => break,
        }
    }
    if failures.is_empty() {
        Ok(values.into_values().collect())
    } else {
        Err(failures)
    }
}

// From here on as in the solution:
// /// Works for so many seconds, then ends in its own way. Being stopped takes its time, too.
