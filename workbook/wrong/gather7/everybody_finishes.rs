//! Wrong: nobody is stopped.

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
    let mut tasks = JoinSet::new();
    let mut values: Vec<Option<T>> = Vec::new();
    for (index, job) in jobs.into_iter().enumerate() {
        tasks.spawn(async move { (index, job.await) });
        values.push(None);
    }
    let mut failures = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok((index, Ok(value))) => {
                values[index] = Some(value);
                continue;
            }
            Ok((_, Err(failure))) => failures.push(failure),
            Err(error) if error.is_cancelled() => {}
            Err(_) => failures.push(Failure::Panicked),
        }
    }
    if failures.is_empty() {
        Ok(values.into_iter().flatten().collect())
    } else {
        Err(failures)
    }
}

// From here on as in the solution:
// /// Works for so many seconds, then ends in its own way. Being stopped takes its time, too.
