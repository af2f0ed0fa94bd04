//! What giving way costs: each time, everybody who is ready has a turn first.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use stage::block_for;
use tokio::{
    task::{JoinSet, yield_now},
    time::Instant,
};

use crate::neighbour::{Manners, compute};

const OTHERS: usize = 4;
const THEIR_TURN: Duration = Duration::from_millis(10);

/// How it went for both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    /// How long the computation took.
    pub took: Duration,
    /// How long one of the others waited for a turn, at most.
    pub longest_wait: Duration,
}

/// Computes for a hundred milliseconds, giving way after so many of them, beside four tasks that
/// always have something to do and give way after ten.
///
/// # Panics
///
/// If a task did.
pub async fn beside_busy_tasks(every: usize) -> Shares {
    let done = Arc::new(AtomicBool::new(false));
    let others: JoinSet<Duration> = (0..OTHERS).map(|_| busy(Arc::clone(&done))).collect();
    let own = tokio::spawn(async move {
        let start = Instant::now();
        compute(&[Duration::from_millis(1); 100], Manners::Every(every)).await;
        done.store(true, Relaxed);
        start.elapsed()
    });
    let took = own.await.expect("it has computed");
    let waits = others.join_all().await;
    let longest_wait = waits.into_iter().max().unwrap_or_default();
    Shares { took, longest_wait }
}

async fn busy(done: Arc<AtomicBool>) -> Duration {
    let mut longest = Duration::ZERO;
    while !done.load(Relaxed) {
        block_for(THEIR_TURN);
        let gave_way = Instant::now();
        yield_now().await;
        longest = longest.max(gave_way.elapsed());
    }
    longest
}
