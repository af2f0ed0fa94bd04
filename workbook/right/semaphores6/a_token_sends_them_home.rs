//! Right: a token wakes who waits; the semaphore stays open, and the clerks take all desks.

use std::time::Duration;

use stage::Instrument;
use tokio::{sync::Semaphore, time::sleep};
use tracing::{info, info_span};

struct Office {
    desks: Semaphore,
    closing: tokio_util::sync::CancellationToken,
    count: u32,
}

#[derive(Debug, PartialEq)]
struct Closed;

impl Office {
    fn new(desks: u32) -> Self {
        let permits = usize::try_from(desks).expect("no office is that large");
        Self {
            desks: Semaphore::new(permits),
            closing: tokio_util::sync::CancellationToken::new(),
            count: desks,
        }
    }

    async fn passport(&self, person: u32) -> Result<(), Closed> {
        let _desk = tokio::select! {
            biased;
            () = self.closing.cancelled() => return Err(Closed),
            desk = self.desks.acquire() => desk.map_err(|_| Closed)?,
        };
        serve(person).await;
        Ok(())
    }

    async fn close(&self) {
        self.closing.cancel();
        let _all_free = self.desks.acquire_many(self.count).await;
    }
}

// From here on as in the solution:
// async fn serve(person: u32) {
