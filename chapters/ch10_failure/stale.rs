//! Stale while revalidate: an old price at once, and a fresh one for those who come next.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use moka::future::Cache;
use stage::Instrument;
use tokio::{
    task::{AbortHandle, JoinSet},
    time::Instant,
};

use super::cache::{Closed, Market};

/// Prices, none of them older than `usable` (or `fresh`, should that be longer).
#[derive(Debug)]
pub struct Prices {
    market: Arc<Market>,
    fresh: Duration,
    usable: Duration,
    cache: Cache<&'static str, Arc<Known>>,
    /// Refreshes under way; they end with this value.
    refreshes: Mutex<JoinSet<()>>,
}

#[derive(Debug)]
struct Known {
    price: u32,
    since: Instant,
    /// The last task that was to fetch a fresh one in place of this.
    refresh: Mutex<Option<AbortHandle>>,
}

impl Prices {
    /// A price is fetched anew by the first who asks when it is older than `fresh`; who asks for one
    /// that is older than `usable` has to wait, and fetches it even while it is being refreshed.
    #[must_use]
    pub fn new(market: Arc<Market>, fresh: Duration, usable: Duration) -> Self {
        Self {
            market,
            fresh,
            usable,
            cache: Cache::new(1_000),
            refreshes: Mutex::default(),
        }
    }

    /// The price of an item.
    ///
    /// # Errors
    ///
    /// If it has to be fetched and the market is closed.
    ///
    /// # Cancel safety
    ///
    /// Dropping this future ends the fetch that it makes; if others wait for that, one of them begins anew.
    pub async fn get(&self, item: &'static str) -> Result<u32, Arc<Closed>> {
        if let Some(known) = self.cache.get(item).await {
            let age = known.since.elapsed();
            if age <= self.fresh {
                return Ok(known.price);
            }
            if age <= self.usable {
                self.refresh(item, &known);
                return Ok(known.price);
            }
            // Somebody may have put a fresh one there since: that costs a fetch, and harms nobody.
            self.cache.invalidate(item).await;
        }
        let fetched = self.cache.try_get_with(item, fetch(&self.market, item));
        fetched.await.map(|known| known.price)
    }

    fn refresh(&self, item: &'static str, old: &Known) {
        let mut last = lock(&old.refresh);
        // However it ended: if it failed, or panicked, it is time for another.
        if last.as_ref().is_some_and(|task| !task.is_finished()) {
            return;
        }
        let (market, cache) = (Arc::clone(&self.market), self.cache.clone());
        let refresh = async move {
            if let Ok(price) = fetch(&market, item).await {
                cache.insert(item, price).await;
            }
        };
        let mut refreshes = lock(&self.refreshes);
        while refreshes.try_join_next().is_some() {}
        *last = Some(refreshes.spawn(refresh.in_current_span()));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn fetch(market: &Market, item: &'static str) -> Result<Arc<Known>, Closed> {
    let price = market.fetch(item).await?;
    Ok(Arc::new(Known {
        price,
        since: Instant::now(),
        refresh: Mutex::default(),
    }))
}
