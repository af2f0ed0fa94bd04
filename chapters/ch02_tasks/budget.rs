//! The cooperative budget: a task whose awaits never have to wait gives way all the same.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use stage::Instrument;
use tokio::{
    sync::mpsc,
    task::{JoinError, coop},
};
use tracing::{info, info_span};

/// Takes 300 waiting letters out of a channel and tells how many were gone when a neighbour, who
/// was ready all the while, got a turn. With `budget` false the reader is exempt from the budget.
///
/// # Errors
///
/// If a task panicked, which they do not.
pub async fn letters(budget: bool) -> Result<u32, JoinError> {
    let gone = Arc::new(AtomicU32::new(0));
    let read = read_all(full_letterbox(), Arc::clone(&gone));
    let reader = if budget {
        tokio::spawn(read.instrument(info_span!("reader")))
    } else {
        tokio::spawn(coop::unconstrained(read).instrument(info_span!("reader")))
    };
    let look = async move {
        let gone = gone.load(Ordering::Relaxed);
        info!("my first turn: {gone} letters gone");
        gone
    };
    let neighbour = tokio::spawn(look.instrument(info_span!("neighbour")));
    reader.await?;
    neighbour.await
}

/// Every `recv` finds a letter, so not one of these awaits has a reason to wait.
async fn read_all(mut letters: mpsc::Receiver<usize>, gone: Arc<AtomicU32>) {
    while letters.recv().await.is_some() {
        gone.fetch_add(1, Ordering::Relaxed);
    }
}

fn full_letterbox() -> mpsc::Receiver<usize> {
    const LETTERS: usize = 300;
    let (slot, letters) = mpsc::channel(LETTERS);
    for letter in 0..LETTERS {
        slot.try_send(letter).expect("the box has room for all");
    }
    letters
}
