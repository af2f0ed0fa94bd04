//! An expensive price: who fetches it, who waits for whom, and what happens when it gets old.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use moka::{future::Cache, policy::EvictionPolicy};
use stage::Instrument;
use thiserror::Error;
use tokio::time::sleep;
use tracing::{info, info_span};

/// The market does not answer.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("market closed")]
pub struct Closed;

/// Looks first, and fetches what is not there: right for one asker, and not for five at a time.
///
/// # Errors
///
/// If the market is closed.
pub async fn look_then_fetch_wrong(
    cache: &Cache<&'static str, u32>,
    market: &Market,
    item: &'static str,
) -> Result<u32, Closed> {
    if let Some(price) = cache.get(item).await {
        return Ok(price);
    }
    let price = market.fetch(item).await?;
    cache.insert(item, price).await;
    Ok(price)
}

/// Whoever comes first fetches; the others wait for that.
///
/// # Errors
///
/// If the market is closed: all who have waited get the same error, and it is not kept.
pub async fn one_flight(
    cache: &Cache<&'static str, u32>,
    market: &Market,
    item: &'static str,
) -> Result<u32, Arc<Closed>> {
    cache.try_get_with(item, market.fetch(item)).await
}

/// A cache for two items, which drops what was not used for longest.
#[must_use]
pub fn for_two() -> Cache<&'static str, u32> {
    Cache::builder()
        .max_capacity(2)
        .eviction_policy(EvictionPolicy::lru())
        .build()
}

/// How often the answer was there already, and how often it had to be fetched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Found, or fetched by somebody else.
    pub hits: u32,
    /// Fetched.
    pub misses: u32,
}

/// Asks for one item after the other.
///
/// # Errors
///
/// If the market is closed.
pub async fn counted(
    cache: &Cache<&'static str, u32>,
    market: &Market,
    items: &[&'static str],
) -> Result<Statistics, Arc<Closed>> {
    let mut statistics = Statistics::default();
    for &item in items {
        let entry = cache.entry(item).or_try_insert_with(market.fetch(item));
        if entry.await?.is_fresh() {
            statistics.misses += 1;
        } else {
            statistics.hits += 1;
        }
        // Moka drops what is too much from time to time; here it is to do so at once.
        cache.run_pending_tasks().await;
    }
    info!("{statistics:?}");
    Ok(statistics)
}

/// A market that takes a second to name a price, which is the number of the call.
#[derive(Debug, Default)]
pub struct Market {
    calls: AtomicU32,
    closed: AtomicBool,
}

impl Market {
    /// Opens or closes it.
    pub fn set_closed(&self, closed: bool) {
        self.closed.store(closed, Relaxed);
    }

    /// How often it was asked.
    pub fn calls(&self) -> u32 {
        self.calls.load(Relaxed)
    }

    /// The price of an item.
    ///
    /// # Errors
    ///
    /// If it is closed.
    pub async fn fetch(&self, item: &'static str) -> Result<u32, Closed> {
        async {
            let call = 1 + self.calls.fetch_add(1, Relaxed);
            sleep(Duration::from_secs(1)).await;
            if self.closed.load(Relaxed) {
                info!("closed");
                return Err(Closed);
            }
            info!("{call}");
            Ok(call)
        }
        .instrument(info_span!("fetch", item))
        .await
    }
}
