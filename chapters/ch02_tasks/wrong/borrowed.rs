//! Does not compile: the task may outlive the text that it borrows.

use std::future::Future;

/// The promise that `tokio::spawn` asks for.
fn spawn<F: Future + Send + 'static>(_task: F) {}

async fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn main() {
    let recipe = String::from("flour water salt");
    spawn(words(&recipe));
}
