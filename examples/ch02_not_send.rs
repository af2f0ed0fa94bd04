//! Tasks that hold what may not go to another thread: before they wait, or without ever leaving theirs.

use ch02_tasks::not_send;
use tokio::task::JoinError;

fn main() -> Result<(), JoinError> {
    stage::acts(|stage| {
        let words = stage.play("An Rc, before the wait", not_send::in_a_block())?;
        println!("{words} words");
        let list = vec!["salt", "water", "flour"];
        let list = std::sync::Mutex::new(list).into();
        let first = stage.play("A guard, before the wait", not_send::in_a_statement(list))?;
        println!("first {}", first.unwrap_or("nothing"));
        let recipe = "flour water salt".into();
        let counts = stage.play("Two tasks and one Rc", not_send::on_one_thread(recipe))?;
        println!("words and letters: {counts:?}");
        Ok(())
    })
}
