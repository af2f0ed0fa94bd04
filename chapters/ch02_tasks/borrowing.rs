//! Two counts over one recipe: why a spawned task may not borrow it, and three ways around.

use std::{sync::Arc, time::Duration};

use tokio::{task::JoinError, time::sleep};

/// Counts words, with a wait in the middle of which `text` must stay alive.
pub async fn words(text: &str) -> usize {
    sleep(Duration::from_secs(1)).await;
    text.split_whitespace().count()
}

/// Counts letters, and waits as [`words`] does.
pub async fn letters(text: &str) -> usize {
    sleep(Duration::from_secs(1)).await;
    text.chars().filter(|letter| letter.is_alphabetic()).count()
}

/// One task: it may own the text. 1 s.
///
/// # Errors
///
/// If the task panicked, which it does not.
pub async fn moved(text: String) -> Result<usize, JoinError> {
    tokio::spawn(async move { words(&text).await }).await
}

/// Two tasks: they may own the text together. 1 s.
///
/// # Errors
///
/// If a task panicked, which they do not.
pub async fn shared(text: Arc<str>) -> Result<[usize; 2], JoinError> {
    let words = tokio::spawn({
        let text = Arc::clone(&text);
        async move { words(&text).await }
    });
    let letters = tokio::spawn(async move { letters(&text).await });
    Ok([words.await?, letters.await?])
}

/// No task at all: both are polled within this future, and neither outlives it, nor it the text. 1 s.
pub async fn joined(text: &str) -> [usize; 2] {
    tokio::join!(words(text), letters(text)).into()
}
