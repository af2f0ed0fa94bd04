//! A channel that is always ready, and the neighbour who gets a turn all the same.

use ch02_tasks::budget;
use tokio::task::JoinError;

fn main() -> Result<(), JoinError> {
    stage::acts(|stage| {
        stage.play("Without the budget", budget::letters(false))?;
        stage.play("With the budget", budget::letters(true))?;
        Ok(())
    })
}
