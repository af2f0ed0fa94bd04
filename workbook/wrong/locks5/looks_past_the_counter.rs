//! Wrong: polling that nobody counts.

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
    open: AtomicBool,
    bell: Notify,
    looks: Looks,
}

impl Gate {
    fn open(&self) {
        self.open.store(true, Ordering::Release);
        self.bell.notify_waiters();
    }

    fn is_open(&self) -> bool {
        let is_open = self.open.load(Ordering::Acquire);
        self.looks.count(|| self.open());
        is_open
    }

    async fn cross(&self) {
        if self.is_open() {
            return;
        }
        read_the_timetable().await;
        while !self.open.load(Ordering::Acquire) {
            sleep(Duration::from_millis(1)).await;
        }
    }
}

// From here on as in the solution:
// /// Counts how often somebody looked at the gate.
