//! Five askers of one price; a closed market; a small cache; an old price.

use std::{sync::Arc, time::Duration};

use ch10_failure::{
    cache::{Market, counted, for_two, look_then_fetch_wrong, one_flight},
    stale::Prices,
};
use futures::future::join_all;
use moka::future::Cache;
use tokio::time::sleep;
use tracing::info;

fn main() {
    stage::acts(|stage| {
        let (cache, market) = (Cache::new(100), Market::default());
        stage.play("Looked up, then fetched", async {
            join_all((0..5).map(|_| look_then_fetch_wrong(&cache, &market, "tea"))).await;
        });
        let (cache, market) = (Cache::new(100), Market::default());
        stage.play("One flight for five", async {
            join_all((0..5).map(|_| one_flight(&cache, &market, "tea"))).await;
        });
        let (cache, market) = (Cache::new(100), Market::default());
        stage.play("A failure is told to all who wait, and not kept", async {
            market.set_closed(true);
            let told = join_all((0..5).map(|_| one_flight(&cache, &market, "tea"))).await;
            info!(
                "{} askers were told",
                told.iter().filter(|told| told.is_err()).count()
            );
            market.set_closed(false);
            let _ = one_flight(&cache, &market, "tea").await;
        });
        let market = Market::default();
        stage.play("Room for two", async {
            let items = ["tea", "rice", "tea", "salt", "tea", "rice"];
            let _ = counted(&for_two(), &market, &items).await;
        });
        stage.play("Stale while revalidate", async {
            let market = Arc::new(Market::default());
            let (fresh, usable) = (Duration::from_secs(3), Duration::from_secs(8));
            let prices = Prices::new(market, fresh, usable);
            for pause in [0, 2, 2, 2, 10] {
                sleep(Duration::from_secs(pause)).await;
                if let Ok(price) = prices.get("tea").await {
                    info!("price {price}");
                }
            }
        });
    });
}
