//! The words of the trade, told in a restaurant: blocking and waiting, concurrent and parallel.

use std::time::Duration;

use stage::{Instrument, block_for, on_threads};
use tokio::time::sleep;
use tracing::{info, info_span};

const A_MOMENT: Duration = Duration::from_millis(500);
const READING: Duration = Duration::from_secs(2);
const COOKING: Duration = Duration::from_secs(2);

/// Synchronous: the waiter stands at the table until the guest has chosen. 3 guests, 9 s.
pub fn synchronous() {
    for guest in ["Ada", "Bo", "Cy"] {
        info_span!("guest", guest).in_scope(|| {
            info!("menu");
            block_for(A_MOMENT);
            block_for(READING);
            info!("order");
            block_for(A_MOMENT);
        });
    }
}

/// Asynchronous: while one guest reads, the same waiter goes to the next. 4 s.
pub async fn concurrent() {
    tokio::join!(guest("Ada"), guest("Bo"), guest("Cy"));
}

async fn guest(guest: &'static str) {
    async {
        info!("menu");
        block_for(A_MOMENT);
        sleep(READING).await;
        info!("order");
        block_for(A_MOMENT);
    }
    .instrument(info_span!("guest", guest))
    .await;
}

/// Looks asynchronous and is not: a wait that blocks holds up everybody. 9 s again.
pub async fn blocking_wrong() {
    tokio::join!(
        guest_blocking_wrong("Ada"),
        guest_blocking_wrong("Bo"),
        guest_blocking_wrong("Cy"),
    );
}

async fn guest_blocking_wrong(guest: &'static str) {
    async {
        info!("menu");
        block_for(A_MOMENT);
        block_for(READING);
        info!("order");
        block_for(A_MOMENT);
    }
    .instrument(info_span!("guest", guest))
    .await;
}

/// Parallel: in the kitchen nobody waits. Two cooks do twice as much as one. 4 dishes, 4 s.
pub fn parallel() {
    let dishes = [["soup", "fish"], ["salad", "cake"]];
    on_threads(dishes.map(|dishes| move || dishes.into_iter().for_each(cook)));
}

/// The same dishes by one cook: 8 s, and no `async` would change that.
pub fn one_cook() {
    for dish in ["soup", "fish", "salad", "cake"] {
        cook(dish);
    }
}

fn cook(dish: &'static str) {
    info_span!("dish", dish).in_scope(|| block_for(COOKING));
}
