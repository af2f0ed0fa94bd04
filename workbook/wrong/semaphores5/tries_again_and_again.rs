//! Wrong: looks every 100 ms whether there is room, and is overtaken.

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
        let _taken = loop {
            if let Ok(tonnes) = self.tonnes.try_acquire_many(weight) {
                break tonnes;
            }
            sleep(Duration::from_millis(100)).await;
        };
        sleep(Duration::from_secs(3)).await;
        Ok(())
    }
}

// From here on as in the solution:
// /// Comes to the bridge some seconds after the beginning.
