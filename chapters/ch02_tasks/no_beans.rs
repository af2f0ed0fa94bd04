//! There are no beans, hence no coffee. What happens to the toast?

use std::time::Duration;

use stage::Instrument;
use thiserror::Error;
use tokio::{
    task::{JoinError, JoinSet},
    time::sleep,
};
use tracing::{info, info_span};

use crate::breakfast::toast;

/// Why there is no breakfast.
#[derive(Debug, Error)]
pub enum Mishap {
    /// The coffee could not be made.
    #[error("no beans")]
    NoBeans,
    /// A task panicked or was cancelled.
    #[error(transparent)]
    Task(#[from] JoinError),
}

/// A pitfall: the early return drops the toast's handle, but the toast goes on.
///
/// # Errors
///
/// [`Mishap::NoBeans`], after 1 s.
pub async fn detached_wrong() -> Result<[&'static str; 2], Mishap> {
    let coffee = tokio::spawn(coffee_without_beans());
    let toast = tokio::spawn(toast());
    Ok([coffee.await??, toast.await?])
}

/// The set owns its tasks: dropping it, here by the early return, cancels what still runs.
///
/// # Errors
///
/// [`Mishap::NoBeans`], after 1 s.
pub async fn owned() -> Result<Vec<&'static str>, Mishap> {
    let mut dishes = JoinSet::new();
    dishes.spawn(coffee_without_beans());
    dishes.spawn(async { Ok(toast().await) });

    let mut served = Vec::new();
    while let Some(dish) = dishes.join_next().await {
        served.push(dish??);
    }
    Ok(served)
}

/// A cook who wants breakfast and then goes to work, which takes 2 s.
///
/// # Errors
///
/// If there was no breakfast.
pub async fn morning<T>(breakfast: impl Future<Output = Result<T, Mishap>>) -> Result<T, Mishap> {
    async {
        let breakfast = breakfast.await;
        if let Err(mishap) = &breakfast {
            info!("{mishap}, leaving the house");
        }
        sleep(Duration::from_secs(2)).await;
        info!("at work");
        breakfast
    }
    .instrument(info_span!("cook"))
    .await
}

async fn coffee_without_beans() -> Result<&'static str, Mishap> {
    async {
        info!("brewing");
        sleep(Duration::from_secs(1)).await;
        info!("tin is empty");
        Err(Mishap::NoBeans)
    }
    .instrument(info_span!("coffee"))
    .await
}
