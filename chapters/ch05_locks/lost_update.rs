//! Two clerks add to the same number: read it, wait, write it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use stage::Instrument;
use tokio::{join, sync, task::JoinSet, time::sleep};
use tracing::{info, info_span};

/// The time between reading the number and writing it.
const THINKING: Duration = Duration::from_millis(1);

/// Each clerk adds once, and says what it read: both read the same.
pub async fn once_each_wrong() -> u32 {
    let number = Mutex::new(0);
    both(async || {
        let read = add_wrong(&number).await;
        info!("read {read}, wrote {}", read + 1);
    })
    .await;
    let total = *lock(&number);
    info!("the number is {total}");
    total
}

/// Two clerks add `times` each. Whoever writes last wipes out what the other wrote meanwhile.
pub async fn two_clerks_wrong(times: u32) -> u32 {
    let number = Mutex::new(0);
    let clerk = async || {
        for _ in 0..times {
            add_wrong(&number).await;
        }
    };
    both(clerk).await;
    let total = *lock(&number);
    info!("the number is {total}");
    total
}

/// The guard is gone by the end of each line, and both lines are correct.
async fn add_wrong(number: &Mutex<u32>) -> u32 {
    let read = *lock(number);
    sleep(THINKING).await;
    *lock(number) = read + 1;
    read
}

/// Reading, waiting and writing under one lock: nothing is lost.
pub async fn two_clerks(times: u32) -> u32 {
    let number = sync::Mutex::new(0);
    let clerk = async || {
        for _ in 0..times {
            add(&number).await;
        }
    };
    both(clerk).await;
    let total = number.into_inner();
    info!("the number is {total}");
    total
}

async fn add(number: &sync::Mutex<u32>) {
    let mut number = number.lock().await;
    let read = *number;
    sleep(THINKING).await;
    *number = read + 1;
}

/// Thinking first, and then reading and writing without a wait between: nothing is lost either,
/// and nobody waits for anybody.
pub async fn two_clerks_without_waiting(times: u32) -> u32 {
    let number = Mutex::new(0);
    let clerk = async || {
        for _ in 0..times {
            sleep(THINKING).await;
            *lock(&number) += 1;
        }
    };
    both(clerk).await;
    let total = *lock(&number);
    info!("the number is {total}");
    total
}

/// Two tasks add `times` each, without an await and under two locks. On two threads one comes between
/// the other's reading and writing, every now and then.
pub async fn two_tasks_wrong(times: u32) -> u32 {
    two_tasks(times, |number| {
        let read = *lock(number);
        *lock(number) = read + 1;
    })
    .await
}

/// The same under one lock: reading and writing in one statement, with one guard.
pub async fn two_tasks_under_one_lock(times: u32) -> u32 {
    two_tasks(times, |number| *lock(number) += 1).await
}

async fn two_tasks(times: u32, add: fn(&Mutex<u32>)) -> u32 {
    let number = Arc::new(Mutex::new(0));
    let mut clerks = JoinSet::new();
    for clerk in ["clerk A", "clerk B"] {
        let number = Arc::clone(&number);
        let clerk = info_span!("clerk", clerk);
        clerks.spawn(async move { (0..times).for_each(|_| add(&number)) }.instrument(clerk));
    }
    clerks.join_all().await;
    let total = *lock(&number);
    info!("the number is {total}");
    total
}

async fn both(clerk: impl AsyncFn()) {
    join!(
        biased;
        clerk().instrument(info_span!("clerk A")),
        clerk().instrument(info_span!("clerk B")),
    );
}

fn lock(number: &Mutex<u32>) -> MutexGuard<'_, u32> {
    number.lock().unwrap_or_else(PoisonError::into_inner)
}
