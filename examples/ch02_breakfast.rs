//! Coffee and toast: 5 s awaited in turn, 3 s as two tasks.

use ch02_tasks::breakfast;
use tokio::task::JoinError;

fn main() -> Result<(), JoinError> {
    stage::acts(|stage| {
        stage.play("Awaited in turn", breakfast::in_turn());
        stage.play("Spawned", breakfast::spawned())?;
        Ok(())
    })
}
