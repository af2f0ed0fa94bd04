//! Wrong: the permits are dropped before the lorry crosses.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::Semaphore,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

struct Bridge {
    carries: u32,
    tonnes: Semaphore,
}

#[derive(Debug, PartialEq)]
struct TooHeavy;

impl Bridge {
    fn new(carries: u32) -> Self {
        let permits = usize::try_from(carries).expect("no bridge is that strong");
        Self {
            carries,
            tonnes: Semaphore::new(permits),
        }
    }

    /// Returns on the other side of the river.
    async fn cross(&self, weight: u32) -> Result<(), TooHeavy> {
        if weight > self.carries {
            return Err(TooHeavy);
        }
        let tonnes = self.tonnes.acquire_many(weight).await;
        let _ = tonnes.expect("the bridge stands");
        sleep(Duration::from_secs(3)).await;
        Ok(())
    }
}

// From here on as in the solution:
// /// Comes to the bridge some seconds after the beginning.
