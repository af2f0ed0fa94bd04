//! Does not compile: the task may outlive the text that it borrows.

/// What `tokio::spawn` asks for.
fn spawn<F>(_task: F)
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
}

async fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn main() {
    let recipe = String::from("flour water salt");
    spawn(words(&recipe));
}
