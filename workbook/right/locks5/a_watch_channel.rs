//! Right: the gate is in a channel, and what is so stays so.

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
    open: tokio::sync::watch::Sender<bool>,
    looks: Looks,
}

impl Gate {
    fn open(&self) {
        self.open.send_replace(true);
    }

    fn is_open(&self) -> bool {
        let is_open = *self.open.borrow();
        self.looks.count(|| self.open());
        is_open
    }

    async fn cross(&self) {
        if self.is_open() {
            return;
        }
        read_the_timetable().await;
        let _ = self.open.subscribe().wait_for(|&open| open).await;
    }
}

// From here on as in the solution:
// /// Counts how often somebody looked at the gate.
