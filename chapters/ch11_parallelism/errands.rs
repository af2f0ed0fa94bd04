//! Four errands of a second, waited for or computed: in turn, as tasks, on two threads.

use std::{
    ops::Range,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use stage::{Instrument, block_for, on_threads};
use tokio::{task::JoinSet, time::sleep};
use tracing::info_span;

use crate::bounds::Work;

const ONE_SECOND: Duration = Duration::from_secs(1);
const ERRANDS: Range<u32> = 1..5;

/// One after the other, on the thread that calls this. Whether it waits or computes, it is kept.
pub fn in_turn() {
    for number in ERRANDS {
        keep_the_thread(number);
    }
}

/// A task for each errand.
pub async fn as_tasks(work: Work) {
    let errand =
        |number| async move { errand(work).await }.instrument(info_span!("errand", number));
    let tasks: JoinSet<()> = ERRANDS.map(errand).collect();
    tasks.join_all().await;
}

async fn errand(work: Work) {
    match work {
        Work::Waiting => sleep(ONE_SECOND).await,
        Work::Computing => block_for(ONE_SECOND),
    }
}

/// On two threads, each of which takes the next errand when it is done with one.
pub fn on_two_threads() {
    let errands = Mutex::new(ERRANDS);
    // In a function of its own, so that the lock is free again before the work begins.
    let next = || {
        let mut errands = errands.lock().unwrap_or_else(PoisonError::into_inner);
        errands.next()
    };
    let work_on = || {
        while let Some(number) = next() {
            keep_the_thread(number);
        }
    };
    on_threads([work_on, work_on]);
}

fn keep_the_thread(number: u32) {
    info_span!("errand", number).in_scope(|| block_for(ONE_SECOND));
}
