//! Six parcels go out; four are not delivered, for three different reasons.

use std::{fmt::Display, time::Duration};

use futures::future::join_all;
use stage::Instrument;
use thiserror::Error;
use tokio::time::sleep;
use tracing::{info, info_span};

use super::group::{GroupError, settle};

/// Why a parcel was not delivered. Each kind holds the parcel's number.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Undelivered {
    /// Worth another try.
    #[error("parcel {0}: nobody at home")]
    NobodyHome(u32),
    /// Not worth another try.
    #[error("parcel {0}: no such address")]
    NoSuchAddress(u32),
    /// Not for the courier to put right.
    #[error("parcel {0}: broken")]
    Broken(u32),
}

/// What became of the parcels, by number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// With their receivers, at the first or second try.
    pub delivered: Vec<u32>,
    /// With their senders.
    pub returned: Vec<u32>,
}

/// Sends all parcels out, and reports one problem; the other three are forgotten.
///
/// # Errors
///
/// That of the first parcel in the list that was not delivered.
pub async fn first_problem_wrong(parcels: &[u32]) -> Result<Vec<u32>, Undelivered> {
    async {
        let results = join_all(parcels.iter().map(deliver)).await;
        reported(results.into_iter().collect())
    }
    .instrument(info_span!("courier"))
    .await
}

/// Sends all parcels out, and does for each kind of problem what helps. What this courier cannot
/// put right is passed on.
///
/// # Errors
///
/// Beside the day: every parcel that is broken, and those whose second delivery failed.
pub async fn kind_by_kind(parcels: &[u32]) -> (Day, Result<(), GroupError<Undelivered>>) {
    async {
        // ANCHOR: kinds
        let (mut delivered, problems) = settle(parcels.iter().map(deliver)).await;

        let (mut again, mut returned, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        for problem in problems {
            match problem {
                Undelivered::NobodyHome(parcel) => again.push(parcel),
                Undelivered::NoSuchAddress(parcel) => returned.push(parcel),
                Undelivered::Broken(_) => rest.push(problem),
            }
        }

        let ((later, problems), returned) = tokio::join!(
            settle(again.iter().map(deliver_in_the_evening)),
            join_all(returned.iter().map(send_back)),
        );
        delivered.extend(later);
        rest.extend(problems);
        // ANCHOR_END: kinds
        let day = Day {
            delivered,
            returned,
        };
        (day, reported(GroupError::check(rest)))
    }
    .instrument(info_span!("courier"))
    .await
}

fn reported<T, E: Display>(result: Result<T, E>) -> Result<T, E> {
    if let Err(problem) = &result {
        info!("{problem}");
    }
    result
}

async fn deliver(&parcel: &u32) -> Result<u32, Undelivered> {
    let result = match parcel {
        2 | 4 => Err(Undelivered::NobodyHome(parcel)),
        3 => Err(Undelivered::NoSuchAddress(parcel)),
        5 => Err(Undelivered::Broken(parcel)),
        _ => Ok(parcel),
    };
    let span = info_span!("parcel", parcel);
    carried(1 + u64::from(parcel % 2), result)
        .instrument(span)
        .await
}

/// At parcel 4's door there is still nobody at home.
async fn deliver_in_the_evening(&parcel: &u32) -> Result<u32, Undelivered> {
    let result = match parcel {
        4 => Err(Undelivered::NobodyHome(parcel)),
        _ => Ok(parcel),
    };
    let span = info_span!("again", parcel);
    carried(2, result).instrument(span).await
}

async fn send_back(&parcel: &u32) -> u32 {
    let span = info_span!("back", parcel);
    sleep(Duration::from_secs(1)).instrument(span).await;
    parcel
}

async fn carried(seconds: u64, result: Result<u32, Undelivered>) -> Result<u32, Undelivered> {
    sleep(Duration::from_secs(seconds)).await;
    match result {
        Ok(_) => info!("delivered"),
        Err(Undelivered::NobodyHome(_)) => info!("nobody at home"),
        Err(Undelivered::NoSuchAddress(_)) => info!("no such address"),
        Err(Undelivered::Broken(_)) => info!("broken"),
    }
    result
}
