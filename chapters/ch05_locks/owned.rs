//! A locked till is handed to a task: a guard that owns its mutex.

use std::{sync::Arc, time::Duration};

use stage::Instrument;
use tokio::{
    join, spawn,
    sync::{Mutex, OwnedMutexGuard},
    time::sleep,
};
use tracing::{info, info_span};

/// The till is locked here and counted in a task. In between nobody can get at it.
///
/// Returns what was counted.
pub async fn handed_over() -> u32 {
    let till = Arc::new(Mutex::new(100));
    let locked = Arc::clone(&till).lock_owned().await;
    let counting = spawn(count(locked).instrument(info_span!("counting")));
    let customer = async {
        *till.lock().await += 5;
        info!("paid 5");
    };
    let (counted, ()) = join!(counting, customer.instrument(info_span!("customer")));
    counted.unwrap_or_default()
}

/// Takes its time; the lock ends with the guard, in whatever task that is.
async fn count(till: OwnedMutexGuard<u32>) -> u32 {
    sleep(Duration::from_secs(1)).await;
    info!("counted {}", *till);
    *till
}
