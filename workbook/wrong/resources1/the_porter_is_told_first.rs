//! Wrong: the porter's trouble hides that of the delivery.

use std::{cell::RefCell, time::Duration};

use tokio::time::sleep;
use tracing::info;

async fn deliver(porter: &Porter, house: &House) -> Result<&'static str, Trouble> {
    let key = porter.lend().await?;
    let name = async {
        house.open(&key).await?;
        house.sign(&key).await
    }
    .await;
    porter.take_back(key).await?;
    name
}

// From here on as in the solution:
// #[derive(Clone, Copy, Debug, PartialEq)]
