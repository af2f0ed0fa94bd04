//! Fetch, validate, transform, save: four stages, and every third source is rejected.

use std::{ops::RangeInclusive, time::Duration};

use futures::future;
use stage::Instrument;
use thiserror::Error;
use tokio::{sync::mpsc, task::JoinSet, time::sleep};
use tracing::{info, info_span};

/// What one stage hands to the next: a step done, or the reason why there will be none.
type Passed = Result<Record, Rejected>;

/// A source on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where it came from.
    pub source: u32,
    /// What is known of it so far.
    pub text: String,
}

/// A source that did not pass validation.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("source {source_id} is not valid")]
pub struct Rejected {
    /// Which one.
    pub source_id: u32,
}

/// A future per stage, a short queue from each to the next. A rejected source travels on as a value
/// and is passed through; the next one is not concerned. The slowest stage sets the pace.
pub async fn assembly_line(sources: RangeInclusive<u32>) -> Vec<Passed> {
    let (fetched, to_validate) = mpsc::channel(1);
    let (validated, to_transform) = mpsc::channel(1);
    let (transformed, to_save) = mpsc::channel(1);

    let mut tasks = JoinSet::new();
    tasks.spawn(fetch_all(sources, fetched).instrument(info_span!("fetch")));
    tasks.spawn(stage(to_validate, validate, validated).instrument(info_span!("validate")));
    tasks.spawn(stage(to_transform, transform, transformed).instrument(info_span!("transform")));
    let saved = save_all(to_save).instrument(info_span!("save")).await;
    tasks.join_all().await;
    saved
}

/// The same line, but the first rejected source ends the stage that found it. The queue behind
/// closes and the stages there end; the one before finds nobody to send to. Returns what had
/// been saved by then.
pub async fn first_failure_wrong(sources: RangeInclusive<u32>) -> Vec<Passed> {
    let (fetched, to_validate) = mpsc::channel(1);
    let (validated, to_transform) = mpsc::channel(1);
    let (transformed, to_save) = mpsc::channel(1);

    let mut tasks = JoinSet::new();
    tasks.spawn(fetch_all(sources, fetched).instrument(info_span!("fetch")));
    let validating = async {
        // The error has nowhere to go from here.
        let _ = validate_while_valid(to_validate, validated).await;
    };
    tasks.spawn(validating.instrument(info_span!("validate")));
    tasks.spawn(stage(to_transform, transform, transformed).instrument(info_span!("transform")));
    let saved = save_all(to_save).instrument(info_span!("save")).await;
    tasks.join_all().await;
    saved
}

/// No queues: each source goes its own way through all four steps, all at the same time.
pub async fn each_alone(sources: RangeInclusive<u32>) -> Vec<Passed> {
    let alone = |source| {
        async move {
            let record = validate(fetch(source).await).await?;
            Ok(save(transform(record).await?).await)
        }
        .instrument(info_span!("source", source))
    };
    future::join_all(sources.map(alone)).await
}

async fn fetch_all(sources: RangeInclusive<u32>, fetched: mpsc::Sender<Passed>) {
    for source in sources {
        let record = fetch(source).await;
        if fetched.send(Ok(record)).await.is_err() {
            info!("nobody takes source {source}");
            return;
        }
    }
}

async fn stage<F>(
    mut input: mpsc::Receiver<Passed>,
    step: impl Fn(Record) -> F,
    output: mpsc::Sender<Passed>,
) where
    F: Future<Output = Passed>,
{
    while let Some(passed) = input.recv().await {
        let passed = match passed {
            Ok(record) => step(record).await,
            Err(rejected) => Err(rejected),
        };
        if output.send(passed).await.is_err() {
            return;
        }
    }
}

async fn validate_while_valid(
    mut input: mpsc::Receiver<Passed>,
    output: mpsc::Sender<Passed>,
) -> Result<(), Rejected> {
    while let Some(passed) = input.recv().await {
        let valid = validate(passed?).await?;
        if output.send(Ok(valid)).await.is_err() {
            break;
        }
    }
    Ok(())
}

async fn save_all(mut input: mpsc::Receiver<Passed>) -> Vec<Passed> {
    let mut saved = Vec::new();
    while let Some(passed) = input.recv().await {
        saved.push(match passed {
            Ok(record) => Ok(save(record).await),
            Err(rejected) => Err(rejected),
        });
    }
    saved
}

async fn fetch(source: u32) -> Record {
    sleep(Duration::from_millis(500)).await;
    Record {
        source,
        text: format!("raw {source}"),
    }
}

async fn validate(record: Record) -> Passed {
    sleep(Duration::from_millis(200)).await;
    if record.source.is_multiple_of(3) {
        info!("rejected {}", record.source);
        return Err(Rejected {
            source_id: record.source,
        });
    }
    Ok(record)
}

async fn transform(record: Record) -> Passed {
    sleep(Duration::from_millis(300)).await;
    Ok(Record {
        text: record.text.to_uppercase(),
        ..record
    })
}

async fn save(record: Record) -> Record {
    sleep(Duration::from_millis(100)).await;
    info!("saved {}", record.source);
    record
}
