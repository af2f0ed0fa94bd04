//! Twenty pictures, five downloads at a time, and a plain account of what became of each.

use std::{
    fmt::{self, Display},
    time::Duration,
};

use futures::{StreamExt, stream::FuturesOrdered};
use indicatif::ProgressBar;
use stage::Instrument;
use thiserror::Error;
use tokio::time::{sleep, timeout};
use tracing::{info, info_span};

use super::permits::{InvalidLimit, permits};

/// What became of one download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The picture is here.
    Done {
        /// Its size.
        bytes: u64,
    },
    /// The server answered, but not with a picture.
    Failed {
        /// The HTTP status.
        status: u16,
    },
    /// No answer came.
    Error(NoAnswer),
}

/// Why no answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoAnswer {
    /// The connection broke.
    #[error("connection reset")]
    Reset,
    /// The server took too long.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
}

/// Downloads all pictures, `at_once` at a time, and gives up on any that takes longer than
/// `patience`. Outcomes come in the order of `pictures`; none is left out.
///
/// # Errors
///
/// If `at_once` is not a number of permits; nothing has been downloaded then.
///
/// # Panics
///
/// Never: nobody closes the semaphore.
pub async fn download_all(
    pictures: &[u32],
    at_once: usize,
    patience: Duration,
    bar: &ProgressBar,
) -> Result<Vec<Outcome>, InvalidLimit> {
    let permits = permits(at_once)?;
    bar.set_length(pictures.len() as u64);
    let downloads = pictures.iter().map(|&picture| {
        let permits = &permits;
        async move {
            let _permit = permits.acquire().await.expect("nobody closes it");
            let outcome = download(picture, patience).await;
            // The bar steps aside while a line is written.
            bar.suspend(|| info!("{outcome}"));
            bar.inc(1);
            outcome
        }
        .instrument(info_span!("picture", picture))
    });
    let outcomes: Vec<_> = downloads.collect::<FuturesOrdered<_>>().collect().await;
    bar.finish_and_clear();
    info!("{}", Totals::of(&outcomes));
    Ok(outcomes)
}

async fn download(picture: u32, patience: Duration) -> Outcome {
    // The time-out starts now that there is a permit, not when the download got in line for one.
    match timeout(patience, fetch(picture)).await {
        Ok(outcome) => outcome,
        Err(_) => Outcome::Error(NoAnswer::TimedOut(patience)),
    }
}

/// The server: pictures 7 and 14 are gone, 11 breaks off, 18 never ends.
async fn fetch(picture: u32) -> Outcome {
    sleep(Duration::from_millis(600 + u64::from(picture) * 370 % 1000)).await;
    match picture {
        7 | 14 => Outcome::Failed { status: 404 },
        11 => Outcome::Error(NoAnswer::Reset),
        18 => std::future::pending().await,
        _ => Outcome::Done {
            bytes: 40_000 + u64::from(picture) * 1_013,
        },
    }
}

/// How many downloads ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Pictures that arrived.
    pub done: usize,
    /// Their size in all.
    pub bytes: u64,
    /// Answers that were no pictures.
    pub failed: usize,
    /// Downloads without an answer.
    pub errors: usize,
}

impl Totals {
    /// Counts outcomes by kind.
    #[must_use]
    pub fn of(outcomes: &[Outcome]) -> Self {
        let mut totals = Self::default();
        for outcome in outcomes {
            match outcome {
                Outcome::Done { bytes } => {
                    totals.done += 1;
                    totals.bytes += bytes;
                }
                Outcome::Failed { .. } => totals.failed += 1,
                Outcome::Error(_) => totals.errors += 1,
            }
        }
        totals
    }
}

impl Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done { bytes } => write!(formatter, "done: {bytes} bytes"),
            Self::Failed { status } => write!(formatter, "failed: status {status}"),
            Self::Error(reason) => write!(formatter, "error: {reason}"),
        }
    }
}

impl Display for Totals {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            done,
            bytes,
            failed,
            errors,
        } = self;
        write!(
            formatter,
            "{done} done ({bytes} bytes), {failed} failed, {errors} errors"
        )
    }
}
