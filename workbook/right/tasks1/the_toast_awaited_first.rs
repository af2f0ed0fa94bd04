//! Right: who is awaited first does not matter.

use std::time::Duration;

use stage::Instrument;
use tokio::{task, time::sleep};
use tracing::{info, info_span};

async fn breakfast() -> (Served, Served) {
    let coffee = tokio::spawn(make("coffee", 3));
    let toast = tokio::spawn(make("toast", 2)).await.unwrap();
    (coffee.await.unwrap(), toast)
}

// From here on as in the solution:
// /// Something to eat or drink, and the task that made it.
