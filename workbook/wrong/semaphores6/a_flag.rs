//! Wrong: whoever comes while the last are served waits for a desk to be told that it is closed.

use std::time::Duration;

use stage::Instrument;
use tokio::{sync::Semaphore, time::sleep};
use tracing::{info, info_span};

struct Office {
    desks: Semaphore,
    closed: std::sync::atomic::AtomicBool,
    count: u32,
}

#[derive(Debug, PartialEq)]
struct Closed;

impl Office {
    fn new(desks: u32) -> Self {
        let permits = usize::try_from(desks).expect("no office is that large");
        Self {
            desks: Semaphore::new(permits),
            closed: false.into(),
            count: desks,
        }
    }

    async fn passport(&self, person: u32) -> Result<(), Closed> {
        let _desk = self.desks.acquire().await.map_err(|_| Closed)?;
        if self.closed.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(Closed);
        }
        serve(person).await;
        Ok(())
    }

    async fn close(&self) {
        self.closed
            .store(true, std::sync::atomic::Ordering::Relaxed);
        let _all_free = self.desks.acquire_many(self.count).await;
    }
}

// From here on as in the solution:
// async fn serve(person: u32) {
