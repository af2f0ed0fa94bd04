//! Wrong: sells only when the last baker has gone: the shelf is too short for that, and a longer one is only luck.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

/// Bakers who bake so many loaves each; the answer is how many were sold.
async fn bakery(loaves_each: &[u32]) -> u32 {
    let (shelf, mut loaves) = mpsc::channel(1_000);
    let mut bakers = JoinSet::new();
    for (number, &count) in (1..).zip(loaves_each) {
        bakers.spawn(bake(number, count, shelf.clone()));
    }
    drop(shelf);

    bakers.join_all().await;
    let mut sold = 0;
    while loaves.recv().await.is_some() {
        sold += 1;
    }
    sold
}

// From here on as in the solution:
// async fn bake(number: u32, count: u32, shelf: mpsc::Sender<u32>) {
