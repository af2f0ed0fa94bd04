//! Does not compile: the task keeps an `Rc` across an await, and may wake up on another thread.

use std::rc::Rc;

/// What `tokio::spawn` asks for.
fn spawn<F>(_task: F)
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
}

async fn pause() {}

async fn count() -> usize {
    let recipe: Rc<str> = "flour water salt".into();
    pause().await;
    recipe.len()
}

fn main() {
    spawn(count());
}
