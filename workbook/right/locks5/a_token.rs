//! Right: a token stays cancelled.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::Duration,
};

use stage::Instrument;
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

#[derive(Default)]
struct Gate {
    open: tokio_util::sync::CancellationToken,
    looks: Looks,
}

impl Gate {
    fn open(&self) {
        self.open.cancel();
    }

    fn is_open(&self) -> bool {
        let is_open = self.open.is_cancelled();
        self.looks.count(|| self.open());
        is_open
    }

    async fn cross(&self) {
        if self.is_open() {
            return;
        }
        read_the_timetable().await;
        self.open.cancelled().await;
    }
}

// From here on as in the solution:
// /// Counts how often somebody looked at the gate.
