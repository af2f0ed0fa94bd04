//! A call of an `async fn` does nothing; awaiting what it returns does.

use std::{
    future::{IntoFuture, Ready, ready},
    time::Duration,
};

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// Takes two seconds, once somebody awaits it.
pub async fn bake(bread: &str) -> String {
    info!("into the oven");
    sleep(Duration::from_secs(2)).await;
    info!("out of the oven");
    format!("a loaf of {bread}")
}

/// Calls `bake` and waits long enough, but never awaits it: there will be no bread.
pub async fn forgotten_wrong() {
    let _bread = bake("rye").instrument(info_span!("bake rye"));
    info!("called bake");
    sleep(Duration::from_secs(3)).await;
    info!("closing the shop");
}

/// The same with `.await`. The oven is lit at the await, not at the call.
pub async fn awaited() -> String {
    let bread = bake("rye").instrument(info_span!("bake rye"));
    info!("called bake");
    sleep(Duration::from_secs(1)).await;
    info!("now awaiting it");
    bread.await
}

/// An order that can be awaited although it is no future: `.await` turns it into one.
pub struct Order(pub u32);

impl IntoFuture for Order {
    type Output = u32;
    type IntoFuture = Ready<u32>;

    fn into_future(self) -> Ready<u32> {
        ready(self.0)
    }
}

/// What can be awaited: whatever is a future, or can be turned into one.
pub async fn what_can_be_awaited() -> u32 {
    let from_async_fn = bake("wheat").await.len();
    let from_async_block = async { 20 }.await;
    let from_task = tokio::spawn(async { 300 }).await.unwrap_or(0);
    let from_order = Order(4_000).await;
    let values = (from_async_fn, from_async_block, from_task, from_order);
    info!("{values:?}");
    u32::try_from(values.0).unwrap_or(u32::MAX) + values.1 + values.2 + values.3
}
