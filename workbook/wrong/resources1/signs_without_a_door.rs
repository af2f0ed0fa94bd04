//! Wrong: goes on though the door is jammed.

use std::{cell::RefCell, time::Duration};

use tokio::time::sleep;
use tracing::info;

async fn deliver(porter: &Porter, house: &House) -> Result<&'static str, Trouble> {
    let key = porter.lend().await?;
    let open = house.open(&key).await;
    let name = house.sign(&key).await;
    let back = porter.take_back(key).await;
    open.and(name).and_then(|name| back.map(|()| name))
}

// From here on as in the solution:
// #[derive(Clone, Copy, Debug, PartialEq)]
