//! Coffee takes three seconds, toast two. How long does breakfast take, and what happens to the
//! toast if there is no coffee?

use std::time::Duration;

use stage::Instrument;
use thiserror::Error;
use tokio::{
    task::{JoinError, JoinSet},
    time::sleep,
};
use tracing::{info, info_span};

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

/// Takes 3 s.
pub async fn coffee() -> &'static str {
    async {
        info!("brewing");
        sleep(Duration::from_secs(3)).await;
        info!("hot");
        "coffee"
    }
    .instrument(info_span!("coffee"))
    .await
}

/// Takes 2 s.
pub async fn toast() -> &'static str {
    async {
        info!("toasting");
        sleep(Duration::from_secs(2)).await;
        info!("golden");
        "toast"
    }
    .instrument(info_span!("toast"))
    .await
}

/// Nobody puts the bread in before the coffee is hot: 5 s.
pub async fn in_turn() -> [&'static str; 2] {
    [coffee().await, toast().await]
}

/// Two tasks, started before either is waited for: 3 s.
///
/// # Errors
///
/// If one of the tasks panicked or was cancelled.
pub async fn spawned() -> Result<[&'static str; 2], JoinError> {
    let coffee = tokio::spawn(coffee());
    let toast = tokio::spawn(toast());
    Ok([coffee.await?, toast.await?])
}

/// A pitfall: the early return drops the toast's handle, but the toast goes on.
///
/// # Errors
///
/// [`Mishap::NoBeans`], after 1 s.
pub async fn without_beans_wrong() -> Result<[&'static str; 2], Mishap> {
    let coffee = tokio::spawn(coffee_without_beans());
    let toast = tokio::spawn(toast());
    Ok([coffee.await??, toast.await?])
}

/// The set owns its tasks: dropping it, here by the early return, cancels what still runs.
///
/// # Errors
///
/// [`Mishap::NoBeans`], after 1 s.
pub async fn without_beans() -> Result<Vec<&'static str>, Mishap> {
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
