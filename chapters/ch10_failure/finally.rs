//! A table is laid, and has to be cleared, whatever becomes of the meal.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures::FutureExt;
use stage::Instrument;
use thiserror::Error;
use tokio::time::{sleep, timeout};
use tracing::{info, info_span};

/// The soup is burnt.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("burnt")]
pub struct Burnt;

/// What becomes of a meal. It takes two seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meal {
    /// All is well.
    Good,
    /// It ends with an error after a second.
    Burnt,
    /// It panics after a second.
    Panics,
    /// The guest goes after 1.5 s.
    Cancelled,
}

/// All of them.
pub const MEALS: [Meal; 4] = [Meal::Good, Meal::Burnt, Meal::Panics, Meal::Cancelled];

/// Clears the table in the last line, which `?` does not come to.
///
/// # Errors
///
/// If it is burnt.
pub async fn last_line_wrong(meal: Meal) -> Result<(), Burnt> {
    eat(meal).await?;
    info!("cleared");
    Ok(())
}

/// Looks at the result only when the table is cleared.
///
/// # Errors
///
/// If it is burnt.
pub async fn before_the_question_mark(meal: Meal) -> Result<(), Burnt> {
    let eaten = eat(meal).await;
    info!("cleared");
    eaten
}

/// Leaves it to something that is dropped, however the function ends.
///
/// # Errors
///
/// If it is burnt.
pub async fn guarded(meal: Meal) -> Result<(), Burnt> {
    let _table = Table;
    eat(meal).await
}

struct Table;

impl Drop for Table {
    fn drop(&mut self) {
        info!("cleared");
    }
}

async fn eat(meal: Meal) -> Result<(), Burnt> {
    sleep(Duration::from_secs(1)).await;
    match meal {
        Meal::Burnt => return Err(Burnt),
        Meal::Panics => panic!("a fly in the soup"),
        Meal::Good | Meal::Cancelled => {}
    }
    sleep(Duration::from_secs(1)).await;
    Ok(())
}

/// Plays a dinner on a lane of its own. A guest who goes drops it after 1.5 s.
pub async fn dinner(meal: Meal, dinner: impl Future<Output = Result<(), Burnt>>) {
    let dinner = dinner.instrument(info_span!("dinner", ?meal));
    let patience = match meal {
        Meal::Cancelled => Duration::from_millis(1500),
        _ => Duration::MAX,
    };
    // Whatever it ends in is what the dinner is about: the four ends are told apart by their lanes.
    let _ = AssertUnwindSafe(timeout(patience, dinner))
        .catch_unwind()
        .await;
}
