//! Wrong: one task makes both.

use std::time::Duration;

use stage::Instrument;
use tokio::{task, time::sleep};
use tracing::{info, info_span};

async fn breakfast() -> (Served, Served) {
    let both = async { tokio::join!(make("coffee", 3), make("toast", 2)) };
    tokio::spawn(both).await.unwrap()
}

// From here on as in the solution:
// /// Something to eat or drink, and the task that made it.
