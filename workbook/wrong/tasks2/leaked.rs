//! Wrong: the letter lives for ever.

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
    let letter: &'static Letter = Box::leak(Box::new(letter));
    let mut tasks = JoinSet::new();
    for subscriber in subscribers {
        tasks.spawn(async move { send(letter, &subscriber).await });
    }
    tasks.join_all().await.len()
}

// From here on as in the solution:
// /// It cannot be cloned.
