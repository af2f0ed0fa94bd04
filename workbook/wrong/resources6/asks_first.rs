//! Wrong: the harbour sees no lamp.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use stage::Instrument;
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;
use tracing::{info, info_span};

struct Lighthouse {
    logbook: Logbook,
    lamp: AbortOnDropHandle<()>,
}

impl Lighthouse {
    async fn start(coast: &Coast) -> Result<Self, Refused> {
        let logbook = coast.open_logbook().await;
        if let Err(refused) = coast.call_harbour().await {
            logbook.close().await;
            return Err(refused);
        }
        let lamp = AbortOnDropHandle::new(tokio::spawn(turn(coast.clone())));
        Ok(Self { logbook, lamp })
    }

    async fn stop(self) {
        self.lamp.abort();
        let _ = self.lamp.await;
        self.logbook.close().await;
    }
}

// From here on as in the solution:
// #[derive(Clone, Copy, Debug, PartialEq)]
