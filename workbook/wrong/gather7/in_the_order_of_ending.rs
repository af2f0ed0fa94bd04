//! Wrong: values stand in the order in which the jobs ended.

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
    let mut tasks: JoinSet<_> = jobs.into_iter().collect();
    let (mut values, mut failures) = (Vec::new(), Vec::new());
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok(Ok(value)) => {
                values.push(value);
                continue;
            }
            Ok(Err(failure)) => failures.push(failure),
            Err(error) if error.is_cancelled() => continue,
            Err(_) => failures.push(Failure::Panicked),
        }
        tasks.abort_all();
    }
    if failures.is_empty() {
        Ok(values)
    } else {
        Err(failures)
    }
}

// From here on as in the solution:
// /// Works for so many seconds, then ends in its own way. Being stopped takes its time, too.
