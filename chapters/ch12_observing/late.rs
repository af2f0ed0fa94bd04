//! Five orders, and after five seconds three of them have not come: where are they?

use std::{future::pending, sync::Arc, time::Duration};

use stage::Instrument;
use tokio::{
    runtime::Handle,
    spawn,
    sync::Semaphore,
    task::JoinSet,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

use super::alive::Alive;

/// Somebody asks for a list when it has become too late.
pub async fn with_a_list(alive: &Alive) {
    // Nobody gave this one a name.
    let clock = spawn(pending::<()>());
    let mut orders = orders();
    let all = async { while orders.join_next().await.is_some() {} };
    if timeout(Duration::from_secs(5), all).await.is_err() {
        let tasks = Handle::current().metrics().num_alive_tasks();
        info!("{tasks} tasks are alive, {} with a span", alive.roots());
        for line in alive.list() {
            info!("{line}");
        }
    }
    clock.abort();
}

/// Five orders, each a task. One of them never comes to its end.
pub fn orders() -> JoinSet<()> {
    let ovens = Arc::new(Semaphore::new(2));
    let mut orders = JoinSet::new();
    for id in 1..=5 {
        let order = order(id, Arc::clone(&ovens));
        orders.spawn(order.instrument(info_span!("order", id)));
    }
    orders
}

async fn order(id: u32, ovens: Arc<Semaphore>) {
    let oven = ovens.acquire().instrument(info_span!("oven")).await;
    bake().instrument(info_span!("bake")).await;
    drop(oven);
    // The carrier's list has no third line.
    if id == 3 {
        pending::<()>().instrument(info_span!("carrier")).await;
    }
    sleep(Duration::from_millis(500))
        .instrument(info_span!("bring"))
        .await;
    info!("has come");
}

async fn bake() {
    sleep(Duration::from_secs(2)).await;
}
