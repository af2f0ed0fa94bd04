//! Right: the lamp is told, and its token is dropped with the lighthouse.

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

use tokio_util::sync::{CancellationToken, DropGuard};

struct Lighthouse {
    logbook: Logbook,
    lamp: tokio::task::JoinHandle<Option<()>>,
    light: DropGuard,
}

impl Lighthouse {
    async fn start(coast: &Coast) -> Result<Self, Refused> {
        let logbook = coast.open_logbook().await;
        let stop = CancellationToken::new();
        let lamp = turn(coast.clone());
        let lamp = tokio::spawn(stop.clone().run_until_cancelled_owned(lamp));
        let light = stop.drop_guard();
        let lighthouse = Self { logbook, lamp, light };
        if let Err(refused) = coast.call_harbour().await {
            lighthouse.stop().await;
            return Err(refused);
        }
        Ok(lighthouse)
    }

    async fn stop(self) {
        drop(self.light);
        let _ = self.lamp.await;
        self.logbook.close().await;
    }
}

// From here on as in the solution:
// #[derive(Clone, Copy, Debug, PartialEq)]
