//! One recipe, two counts: owned, shared, and borrowed where that is allowed.

use ch02_tasks::borrowing;
use tokio::task::JoinError;

const RECIPE: &str = "flour water salt";

fn main() -> Result<(), JoinError> {
    stage::acts(|stage| {
        let words = stage.play("Moved into one task", borrowing::moved(RECIPE.into()))?;
        println!("{words} words");
        let counts = stage.play("Shared by two tasks", borrowing::shared(RECIPE.into()))?;
        println!("words and letters: {counts:?}");
        let counts = stage.play("Borrowed by two joined futures", borrowing::joined(RECIPE));
        println!("words and letters: {counts:?}");
        Ok(())
    })
}
