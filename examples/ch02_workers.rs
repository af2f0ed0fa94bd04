//! Three workers who begin together and finish as B, A, C.

use ch02_tasks::workers;
use tokio::task::JoinError;

fn main() -> Result<(), JoinError> {
    stage::acts(|stage| {
        stage.play(
            "Spawned and awaited, one by one",
            workers::one_by_one_wrong(),
        )?;
        let names = stage.play("All spawned, then awaited", workers::all_at_once())?;
        println!("results: {}", names.join(" "));
        Ok(())
    })
}
