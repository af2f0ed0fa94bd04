//! Right: values are put into order by the tasks' ids, which grow.

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
    let ids: Vec<_> = jobs.into_iter().map(|job| tasks.spawn(job).id()).collect();
    let (mut values, mut failures) = (std::collections::HashMap::new(), Vec::new());
    while let Some(ended) = tasks.join_next_with_id().await {
        match ended {
            Ok((id, Ok(value))) => {
                values.insert(id, value);
            }
            Ok((_, Err(failure))) => failures.push(failure),
            Err(error) if error.is_panic() => failures.push(Failure::Panicked),
            Err(_) => {}
        }
        if !failures.is_empty() {
            tasks.abort_all();
        }
    }
    if !failures.is_empty() {
        return Err(failures);
    }
    Ok(ids.iter().filter_map(|id| values.remove(id)).collect())
}

// From here on as in the solution:
// /// Works for so many seconds, then ends in its own way. Being stopped takes its time, too.
