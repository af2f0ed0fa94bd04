//! Right: local tasks may share it without an atomic count.

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
    let letter = std::rc::Rc::new(letter);
    let local = task::LocalSet::new();
    let tasks: Vec<_> = subscribers
        .into_iter()
        .map(|subscriber| {
            let letter = std::rc::Rc::clone(&letter);
            local.spawn_local(async move { send(&letter, &subscriber).await })
        })
        .collect();
    local
        .run_until(futures::future::join_all(tasks))
        .await
        .len()
}

// From here on as in the solution:
// /// It cannot be cloned.
