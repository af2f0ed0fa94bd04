//! Right: who is served reads, the clerks write: a writer waits for all readers.

use std::time::Duration;

use stage::Instrument;
use tokio::{sync::Semaphore, time::sleep};
use tracing::{info, info_span};

struct Office {
    desks: Semaphore,
    served: tokio::sync::RwLock<()>,
    count: u32,
}

#[derive(Debug, PartialEq)]
struct Closed;

impl Office {
    fn new(desks: u32) -> Self {
        let permits = usize::try_from(desks).expect("no office is that large");
        Self {
            desks: Semaphore::new(permits),
            served: tokio::sync::RwLock::default(),
            count: desks,
        }
    }

    async fn passport(&self, person: u32) -> Result<(), Closed> {
        let _desk = self.desks.acquire().await.map_err(|_| Closed)?;
        let _served = self.served.read().await;
        serve(person).await;
        Ok(())
    }

    async fn close(&self) {
        self.desks.close();
        let _all_gone = self.served.write().await;
    }
}

// From here on as in the solution:
// async fn serve(person: u32) {
