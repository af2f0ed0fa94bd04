//! Right: a set of tasks, and the order made afterwards.

use std::time::Duration;

use stage::Instrument;
use tokio::{task, time::sleep};
use tracing::{info, info_span};

async fn breakfast() -> (Served, Served) {
    let mut dishes = task::JoinSet::new();
    dishes.spawn(make("toast", 2));
    dishes.spawn(make("coffee", 3));
    let mut served = dishes.join_all().await;
    served.sort_by_key(|served| served.what);
    let toast = served.pop().unwrap();
    (served.pop().unwrap(), toast)
}

// From here on as in the solution:
// /// Something to eat or drink, and the task that made it.
