//! Right: longer, and every way out is written down.

use std::{cell::RefCell, time::Duration};

use tokio::time::sleep;
use tracing::info;

async fn deliver(porter: &Porter, house: &House) -> Result<&'static str, Trouble> {
    let key = porter.lend().await?;
    if let Err(trouble) = house.open(&key).await {
        let _ = porter.take_back(key).await;
        return Err(trouble);
    }
    match house.sign(&key).await {
        Ok(name) => porter.take_back(key).await.map(|()| name),
        Err(trouble) => {
            let _ = porter.take_back(key).await;
            Err(trouble)
        }
    }
}

// From here on as in the solution:
// #[derive(Clone, Copy, Debug, PartialEq)]
