//! Does not compile: the task keeps an `Rc` across an await, and may wake up on another thread.

use std::{future::Future, rc::Rc};

/// The promise that `tokio::spawn` asks for.
fn spawn<F: Future + Send + 'static>(_task: F) {}

async fn pause() {}

fn main() {
    let recipe = Rc::new(String::from("flour water salt"));
    spawn(async move {
        pause().await;
        println!("{recipe}");
    });
}
