//! Wrong: no tasks, one letter after the other.

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
    for subscriber in &subscribers {
        send(&letter, subscriber).await;
    }
    subscribers.len()
}

// From here on as in the solution:
// /// It cannot be cloned.
