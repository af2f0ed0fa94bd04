//! What Tokio does and ours does not. This file is compiled twice: here `tokio` means our executor, and in the
//! example and the proofs it means Tokio.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use stage::{Instrument, block_for};
use tokio::{sync::mpsc, time::sleep};
use tracing::{info, info_span};

/// Letters that are there before anybody opens them.
pub const LETTERS: usize = 1_000;

/// A task opens a thousand letters. Returns how many it had opened when its neighbour had the first turn.
///
/// # Panics
///
/// If a task was aborted.
pub async fn greedy() -> usize {
    let (sender, mut letters) = mpsc::channel(LETTERS);
    for letter in 0..LETTERS {
        sender.send(letter).await.expect("somebody will open it");
    }
    drop(sender);
    let count = Arc::new(AtomicUsize::new(0));
    let opener = {
        let count = Arc::clone(&count);
        async move {
            while letters.recv().await.is_some() {
                count.fetch_add(1, SeqCst);
            }
        }
    };
    let neighbour = async move {
        let before = count.load(SeqCst);
        info!("my turn, after {before} letters");
        before
    };
    let opener = tokio::spawn(opener.instrument(info_span!("opener")));
    let neighbour = tokio::spawn(neighbour.instrument(info_span!("neighbour")));
    opener.await.expect("nobody aborts it");
    neighbour.await.expect("nobody aborts it")
}

/// A task computes for a second without a wait, and its neighbour would like to tick every 250 ms.
///
/// # Panics
///
/// If a task was aborted.
pub async fn blocked() {
    let neighbour = async {
        for _ in 0..4 {
            sleep(Duration::from_millis(250)).await;
            info!("tick");
        }
    };
    let mill = async {
        block_for(Duration::from_secs(1));
        info!("ground");
    };
    let neighbour = tokio::spawn(neighbour.instrument(info_span!("neighbour")));
    let mill = tokio::spawn(mill.instrument(info_span!("mill")));
    neighbour.await.expect("nobody aborts it");
    mill.await.expect("nobody aborts it");
}
