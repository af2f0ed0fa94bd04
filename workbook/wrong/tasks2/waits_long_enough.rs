//! Wrong: the tasks are detached; a sleep is meant to outlast them.

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
    let letter = Arc::new(letter);
    let count = subscribers.len();
    for subscriber in subscribers {
        let letter = Arc::clone(&letter);
        tokio::spawn(async move { send(&letter, &subscriber).await });
    }
    sleep(Duration::from_secs(2)).await;
    count
}

// From here on as in the solution:
// /// It cannot be cloned.
