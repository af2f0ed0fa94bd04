//! The life of a task, seen from outside.

use async_workbook::{ch02_tasks::life, stage};
use tokio::task::JoinError;

fn main() -> Result<(), JoinError> {
    stage::play("Created, running, waiting, finished", life::observed())?;
    Ok(())
}
