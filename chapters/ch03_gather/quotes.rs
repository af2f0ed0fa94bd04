//! Three shops name a price. The page could show each of them at once.

use std::time::Duration;

use futures::{StreamExt, future::join_all, stream::FuturesUnordered};
use stage::Instrument;
use tokio::{task::JoinSet, time::sleep};
use tracing::{info, info_span};

/// A shop that takes its time to name a price.
#[derive(Clone, Copy, Debug)]
pub struct Shop {
    name: &'static str,
    takes: Duration,
    price: u32,
}

/// Three shops, the slowest first.
pub const SHOPS: [Shop; 3] = [shop("Ada", 3, 42), shop("Bert", 1, 48), shop("Cleo", 2, 45)];

const fn shop(name: &'static str, seconds: u64, price: u32) -> Shop {
    Shop {
        name,
        takes: Duration::from_secs(seconds),
        price,
    }
}

/// Nothing is shown before the slowest shop has answered.
pub async fn all_at_the_end(shops: &[Shop]) {
    for quote in join_all(shops.iter().map(quote)).await {
        show(quote);
    }
}

/// Each price is shown as it comes; all shops are asked from within this one task.
pub async fn as_they_come(shops: &[Shop]) {
    let mut quotes: FuturesUnordered<_> = shops.iter().map(quote).collect();
    while let Some(quote) = quotes.next().await {
        show(quote);
    }
}

/// Each price is shown as it comes; each shop is asked by a task of its own.
///
/// # Panics
///
/// If asking a shop panics.
pub async fn as_tasks_end(shops: &[Shop]) {
    let mut quotes = JoinSet::new();
    for &shop in shops {
        quotes.spawn(async move { quote(&shop).await }.in_current_span());
    }
    while let Some(quote) = quotes.join_next().await {
        show(quote.expect("asking a shop does not panic"));
    }
}

/// Shows prices on a page, which is a lane.
pub async fn on_page(quotes: impl Future<Output = ()>) {
    quotes.instrument(info_span!("page")).await;
}

fn show((name, price): (&'static str, u32)) {
    info!("{name} {price}");
}

async fn quote(shop: &Shop) -> (&'static str, u32) {
    async {
        sleep(shop.takes).await;
        (shop.name, shop.price)
    }
    .instrument(info_span!("ask", shop.name))
    .await
}
