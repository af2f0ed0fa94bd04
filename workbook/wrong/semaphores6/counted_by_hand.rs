//! Wrong: who walks off from a desk is counted for ever.

use std::time::Duration;

use stage::Instrument;
use tokio::{sync::Semaphore, time::sleep};
use tracing::{info, info_span};

struct Office {
    desks: Semaphore,
    busy: tokio::sync::watch::Sender<u32>,
    count: u32,
}

#[derive(Debug, PartialEq)]
struct Closed;

impl Office {
    fn new(desks: u32) -> Self {
        let permits = usize::try_from(desks).expect("no office is that large");
        Self {
            desks: Semaphore::new(permits),
            busy: tokio::sync::watch::Sender::new(0),
            count: desks,
        }
    }

    async fn passport(&self, person: u32) -> Result<(), Closed> {
        let _desk = self.desks.acquire().await.map_err(|_| Closed)?;
        self.busy.send_modify(|busy| *busy += 1);
        serve(person).await;
        self.busy.send_modify(|busy| *busy -= 1);
        Ok(())
    }

    async fn close(&self) {
        self.desks.close();
        let mut busy = self.busy.subscribe();
        let _ = busy.wait_for(|&busy| busy == 0).await;
    }
}

// From here on as in the solution:
// async fn serve(person: u32) {
