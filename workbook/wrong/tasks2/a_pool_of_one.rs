//! Wrong: one task for all subscribers.

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
    let all = tokio::spawn(async move {
        let sent = subscribers.iter().map(|name| send(&letter, name));
        futures::future::join_all(sent).await.len()
    });
    all.await.unwrap()
}

// From here on as in the solution:
// /// It cannot be cloned.
