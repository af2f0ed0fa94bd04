//! Wrong: leaves the giving back to a match that forgets an arm.

use std::{cell::RefCell, time::Duration};

use tokio::time::sleep;
use tracing::info;

async fn deliver(porter: &Porter, house: &House) -> Result<&'static str, Trouble> {
    let key = porter.lend().await?;
    if let Err(trouble) = house.open(&key).await {
        porter.take_back(key).await?;
        return Err(trouble);
    }
    match house.sign(&key).await {
        Ok(name) => {
            porter.take_back(key).await?;
            Ok(name)
        }
        Err(trouble) => Err(trouble),
    }
}

// From here on as in the solution:
// #[derive(Clone, Copy, Debug, PartialEq)]
