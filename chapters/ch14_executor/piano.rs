//! Two porters and a piano, which is lifted when both hold it: work for two threads at the same time.

use std::{
    sync::{Arc, Barrier},
    thread,
};

use stage::Instrument;
use tracing::{info, info_span};

use crate::current::spawn;

/// Two tasks that block their threads until both are there. Returns the threads on which they were.
///
/// # Panics
///
/// If a porter was aborted.
pub async fn lifted() -> [thread::ThreadId; 2] {
    let piano = Arc::new(Barrier::new(2));
    let porters = ["Ada", "Bob"].map(|name| {
        let porter = porter(Arc::clone(&piano));
        spawn(porter.instrument(info_span!("porter", name)))
    });
    let [ada, bob] = porters;
    [
        ada.await.expect("nobody aborts Ada"),
        bob.await.expect("nobody aborts Bob"),
    ]
}

/// The same, spawned by a task: both stand in the queue of one worker.
///
/// # Panics
///
/// If a porter was aborted.
pub async fn lifted_from_one_queue() -> [thread::ThreadId; 2] {
    let boss = spawn(lifted().instrument(info_span!("boss")));
    boss.await.expect("nobody aborts the boss")
}

#[expect(clippy::unused_async, reason = "a task that never gives way")]
async fn porter(piano: Arc<Barrier>) -> thread::ThreadId {
    info!("holds it");
    // Blocks the thread on purpose: on one thread, both would wait for ever.
    piano.wait();
    info!("lifts");
    thread::current().id()
}
