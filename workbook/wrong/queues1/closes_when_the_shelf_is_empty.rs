//! Wrong: an empty shelf is not the end.

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
    let (shelf, mut loaves) = mpsc::channel(5);
    let mut bakers = JoinSet::new();
    for (number, &count) in (1..).zip(loaves_each) {
        bakers.spawn(bake(number, count, shelf.clone()));
    }
    drop(shelf);

    let mut sold = 0;
    loop {
        loaves.recv().await;
        sold += 1;
        if loaves.is_empty() {
            return sold;
        }
    }
}

// From here on as in the solution:
// async fn bake(number: u32, count: u32, shelf: mpsc::Sender<u32>) {
