//! Wrong: a start that is dropped leaves the lamp.

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
    lamp: tokio::task::JoinHandle<()>,
}

impl Lighthouse {
    async fn start(coast: &Coast) -> Result<Self, Refused> {
        let logbook = coast.open_logbook().await;
        let lamp = tokio::spawn(turn(coast.clone()));
        let lighthouse = Self { logbook, lamp };
        match coast.call_harbour().await {
            Ok(()) => Ok(lighthouse),
            Err(refused) => {
                lighthouse.stop().await;
                Err(refused)
            }
        }
    }

    async fn stop(self) {
        self.lamp.abort();
        let _ = self.lamp.await;
        self.logbook.close().await;
    }
}

// From here on as in the solution:
// #[derive(Clone, Copy, Debug, PartialEq)]
