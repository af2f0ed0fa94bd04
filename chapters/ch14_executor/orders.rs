//! A kitchen behind a queue: orders go in, each with a oneshot for its dish. Who wakes whom?

use std::time::Duration;

use stage::Instrument;
use tokio::{
    spawn,
    sync::{mpsc, oneshot},
    task::JoinError,
    time::sleep,
};
use tracing::{info, info_span};

/// A dish that is to be cooked, and where it is waited for.
type Order = (&'static str, oneshot::Sender<&'static str>);

/// Three guests order at once; the kitchen has room for one order besides the one that it cooks, a second
/// each.
///
/// # Errors
///
/// If a task panicked.
pub async fn served() -> Result<Vec<&'static str>, JoinError> {
    let (orders, to_cook) = mpsc::channel(1);
    let kitchen = spawn(kitchen(to_cook).instrument(info_span!("kitchen")));
    let guests = ["soup", "fish", "cake"].map(|dish| {
        let guest = guest(dish, orders.clone());
        spawn(guest.instrument(info_span!("guest", dish)))
    });
    drop(orders);
    let mut served = Vec::new();
    for guest in guests {
        served.extend(guest.await?);
    }
    kitchen.await?;
    Ok(served)
}

/// Nobody cooks: who orders learns that at once, also who has ordered already.
pub async fn closed() -> Option<&'static str> {
    let (orders, to_cook) = mpsc::channel(1);
    let guest = spawn(guest("soup", orders).instrument(info_span!("guest")));
    sleep(Duration::from_secs(1)).await;
    drop(to_cook);
    guest.await.ok().flatten()
}

async fn guest(dish: &'static str, orders: mpsc::Sender<Order>) -> Option<&'static str> {
    let (cooked, on_the_table) = oneshot::channel();
    orders.send((dish, cooked)).await.ok()?;
    info!("ordered");
    let dish = on_the_table.await;
    info!("{dish:?}");
    dish.ok()
}

async fn kitchen(mut orders: mpsc::Receiver<Order>) {
    while let Some((dish, done)) = orders.recv().await {
        sleep(Duration::from_secs(1)).await;
        // A guest who has left does not want it any more.
        let _ = done.send(dish);
    }
}
