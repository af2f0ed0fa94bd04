//! Wrong: the lock around the letter lets one task send at a time.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use stage::Instrument;
use tokio::{
    task::{self, JoinSet},
    time::sleep,
};
use tracing::{info, info_span};

/// Sends the letter to everybody; the value is how many letters arrived.
async fn send_to_all(letter: Letter, subscribers: Vec<String>) -> usize {
    let letter = Arc::new(tokio::sync::Mutex::new(letter));
    let mut tasks = JoinSet::new();
    for subscriber in subscribers {
        let letter = Arc::clone(&letter);
        tasks.spawn(async move { send(&*letter.lock().await, &subscriber).await });
    }
    tasks.join_all().await.len()
}

// From here on as in the solution:
// /// It cannot be cloned.
