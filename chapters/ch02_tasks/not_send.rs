//! What may not go to another thread (an `Rc`, the guard of a `std` lock), and tasks that hold it all the
//! same.

use std::{
    rc::Rc,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    task::{JoinError, LocalSet, spawn_local},
    time::sleep,
};

use crate::borrowing::{letters, words};

const ONE_SECOND: Duration = Duration::from_secs(1);

/// A spawned task that has done with its `Rc` before it waits. 1 s.
///
/// # Errors
///
/// If the task panicked, which it does not.
pub async fn in_a_block() -> Result<usize, JoinError> {
    let count = async {
        let words = {
            let recipe: Rc<str> = "flour water salt".into();
            recipe.split_whitespace().count()
        };
        sleep(ONE_SECOND).await;
        words
    };
    tokio::spawn(count).await
}

/// A spawned task that takes something out of a locked list and then works on it. The guard lives
/// to the end of the statement that locks, so it is gone before the wait. 1 s.
///
/// # Errors
///
/// If the task panicked, see below.
///
/// # Panics
///
/// The task does if somebody has panicked while the list was locked.
pub async fn in_a_statement(
    list: Arc<Mutex<Vec<&'static str>>>,
) -> Result<Option<&'static str>, JoinError> {
    let fetch = async move {
        let first = list.lock().expect("nobody panics with it").pop();
        sleep(ONE_SECOND).await;
        first
    };
    tokio::spawn(fetch).await
}

/// Two tasks that share an `Rc`, since neither ever leaves this thread. 1 s.
///
/// # Errors
///
/// If a task panicked, which they do not.
pub async fn on_one_thread(recipe: Rc<str>) -> Result<[usize; 2], JoinError> {
    let both = async move {
        let words = spawn_local({
            let recipe = Rc::clone(&recipe);
            async move { words(&recipe).await }
        });
        let letters = spawn_local(async move { letters(&recipe).await });
        Ok([words.await?, letters.await?])
    };
    LocalSet::new().run_until(both).await
}
