//! Wrong: `try_join_all` drops the others, and with them their errors; a panic goes through it.

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
    futures::future::try_join_all(jobs)
        .await
        .map_err(|failure| vec![failure])
}

// From here on as in the solution:
// /// Works for so many seconds, then ends in its own way. Being stopped takes its time, too.
