//! Wrong: one too many: the last needs twelve minutes.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

/// There are three inside.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Busy;

struct Hotline {
    clerk: Mutex<()>,
    places: tokio::sync::Semaphore,
}

impl Hotline {
    fn new() -> Self {
        Self {
            clerk: Mutex::default(),
            places: tokio::sync::Semaphore::new(4),
        }
    }

    async fn call(&self, caller: u32) -> Result<(), Busy> {
        let _place = self.places.try_acquire().map_err(|_| Busy)?;
        let _clerk = self.clerk.lock().await;
        help(caller).await;
        Ok(())
    }
}

// From here on as in the solution:
// /// Takes three minutes. Nobody can be helped who is called 13.
