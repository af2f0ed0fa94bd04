//! The life of a task, seen from outside.

use ch02_tasks::life;
use tokio::task::JoinError;

fn main() -> Result<(), JoinError> {
    stage::play("Created, running, waiting, finished", life::observed())?;
    Ok(())
}
