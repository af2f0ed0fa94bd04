//! Wrong: takes tonne after tonne, and gives all back after a second without the next one.

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
        let _taken = 'again: loop {
            let mut taken = Vec::new();
            while taken.len() < weight as usize {
                match timeout(Duration::from_secs(1), self.tonnes.acquire()).await {
                    Ok(tonne) => taken.push(tonne.expect("the bridge stands")),
                    Err(_) => continue 'again,
                }
                tokio::task::yield_now().await;
            }
            break taken;
        };
        sleep(Duration::from_secs(3)).await;
        Ok(())
    }
}

// From here on as in the solution:
// /// Comes to the bridge some seconds after the beginning.
