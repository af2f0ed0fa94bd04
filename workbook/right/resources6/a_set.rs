//! Right: a set of one task.

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
    lamp: tokio::task::JoinSet<()>,
}

impl Lighthouse {
    async fn start(coast: &Coast) -> Result<Self, Refused> {
        let logbook = coast.open_logbook().await;
        let mut lamp = tokio::task::JoinSet::new();
        lamp.spawn(turn(coast.clone()));
        let lighthouse = Self { logbook, lamp };
        match coast.call_harbour().await {
            Ok(()) => Ok(lighthouse),
            Err(refused) => {
                lighthouse.stop().await;
                Err(refused)
            }
        }
    }

    async fn stop(mut self) {
        self.lamp.shutdown().await;
        self.logbook.close().await;
    }
}

// From here on as in the solution:
// #[derive(Clone, Copy, Debug, PartialEq)]
