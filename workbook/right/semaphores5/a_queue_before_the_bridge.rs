//! Right: one tonne after the other, but only the first in a queue takes any.

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
    first: tokio::sync::Mutex<()>,
}

#[derive(Debug, PartialEq)]
struct TooHeavy;

impl Bridge {
    fn new(carries: u32) -> Self {
        let permits = usize::try_from(carries).expect("no bridge is that strong");
        Self {
            carries,
            tonnes: Semaphore::new(permits),
            first: tokio::sync::Mutex::default(),
        }
    }

    /// Returns on the other side of the river.
    async fn cross(&self, weight: u32) -> Result<(), TooHeavy> {
        if weight > self.carries {
            return Err(TooHeavy);
        }
        let first = self.first.lock().await;
        let mut taken = Vec::new();
        for _tonne in 0..weight {
            let tonne = self.tonnes.acquire().await;
            taken.push(tonne.expect("the bridge stands"));
        }
        drop(first);
        sleep(Duration::from_secs(3)).await;
        Ok(())
    }
}

// From here on as in the solution:
// /// Comes to the bridge some seconds after the beginning.
