//! A channel that is always ready, and the neighbour who gets a turn all the same.

use ch02_tasks::yielding;
use tokio::task::JoinError;

fn main() -> Result<(), JoinError> {
    stage::acts(|stage| {
        stage.play("Without the budget", yielding::letters(false))?;
        stage.play("With the budget", yielding::letters(true))?;
        Ok(())
    })
}
