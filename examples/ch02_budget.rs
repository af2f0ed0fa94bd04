//! A channel that is always ready, and the neighbour who gets a turn all the same.

use async_workbook::{ch02_tasks::yielding, stage};
use tokio::task::JoinError;

fn main() -> Result<(), JoinError> {
    stage::acts(|stage| {
        stage.play("Without the budget", yielding::letters(false))?;
        stage.play("With the budget", yielding::letters(true))?;
        Ok(())
    })
}
