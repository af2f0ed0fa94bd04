//! Five hundred and twelve sums in the blocking pool, and a file behind them.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError, mpsc},
    time::{Duration, Instant},
};

use tokio::{
    fs,
    sync::Semaphore,
    task::{JoinSet, yield_now},
};
use tracing::info;

/// As many threads as a runtime of Tokio has for what blocks, if it was not told otherwise.
pub const POOL: u32 = 512;

/// Hands so many sums to `spawn_blocking`, waits until all are under way, and asks for a file. Tells
/// whether it was there within `patience` of real time, while no sum had ended.
///
/// # Errors
///
/// If the file cannot be looked at.
///
/// # Panics
///
/// Only if one of the sums did. If there are more of them than the pool has threads, they never all
/// begin, and this never ends.
///
/// # Cancel safety
///
/// Dropped, it lets all sums end that have begun; the others do not begin.
pub async fn a_file_behind(sums: u32, patience: Duration) -> io::Result<bool> {
    let begun = Arc::new(Semaphore::new(0));
    // A message ends one sum, and dropping `end` all that are left.
    let (end, ended) = mpsc::channel();
    let ended = Arc::new(Mutex::new(ended));
    let mut pool = JoinSet::new();
    for _ in 0..sums {
        let sum = sum(Arc::clone(&begun), Arc::clone(&ended));
        pool.spawn_blocking(sum);
    }
    let _all = begun.acquire_many(sums).await.expect("never closed");
    info!("{sums} sums are under way");

    let file = tokio::spawn(fs::metadata("."));
    let asked = Instant::now();
    while asked.elapsed() < patience && !file.is_finished() {
        yield_now().await;
    }
    let in_time = file.is_finished();
    info!(
        "{}",
        if in_time {
            "the file is here"
        } else {
            "no file yet"
        }
    );

    let _ = end.send(());
    file.await??;
    info!("one sum is done: the file is here");
    drop(end);
    pool.join_all().await;
    Ok(in_time)
}

/// It keeps a thread until it is told that it has the sum, or nobody is left to tell it.
fn sum(begun: Arc<Semaphore>, ended: Arc<Mutex<mpsc::Receiver<()>>>) -> impl FnOnce() {
    move || {
        begun.add_permits(1);
        let ended = ended.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = ended.recv();
    }
}
