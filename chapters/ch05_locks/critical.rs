//! How long is a lock held? Three readers ask for a page each; a cache keeps what was fetched.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use stage::Instrument;
use tokio::{join, sync, time::sleep};
use tracing::{info, info_span};

/// Tokio's lock may be held across an await. That does not make it a good idea: 3 s.
pub async fn across_the_fetch_wrong() {
    let cache = sync::Mutex::new(BTreeMap::new());
    three_readers(async |page| {
        let mut cache = cache.lock().await;
        if let Entry::Vacant(place) = cache.entry(page) {
            place.insert(fetch(page).await);
        }
    })
    .await;
}

/// The lock is held to look and to write, never while fetching; `std`'s is the right one: 1 s.
pub async fn around_the_fetch() {
    let cache = Mutex::new(BTreeMap::new());
    three_readers(async |page| {
        if lock(&cache).contains_key(&page) {
            return;
        }
        let fetched = fetch(page).await;
        lock(&cache).insert(page, fetched);
    })
    .await;
}

fn lock(cache: &Mutex<BTreeMap<u32, String>>) -> MutexGuard<'_, BTreeMap<u32, String>> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn fetch(page: u32) -> String {
    info!("fetching");
    sleep(Duration::from_secs(1)).await;
    format!("page {page}")
}

async fn three_readers(read: impl AsyncFn(u32)) {
    join!(
        biased;
        read(1).instrument(info_span!("reader", page = 1)),
        read(2).instrument(info_span!("reader", page = 2)),
        read(3).instrument(info_span!("reader", page = 3)),
    );
}
