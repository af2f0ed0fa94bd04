//! Wrong: an owner, but no hose.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use stage::Instrument;
use tokio::{sync::mpsc, task::JoinHandle, time::sleep};
use tracing::{info, info_span};

use tokio_util::task::TaskTracker;

struct Station {
    washing: TaskTracker,
}

struct Ride {
    bike: Option<Bike>,
    washing: TaskTracker,
}

impl Station {
    fn open() -> Self {
        Self {
            washing: TaskTracker::new(),
        }
    }

    fn lend(&self, bike: Bike) -> Ride {
        Ride {
            bike: Some(bike),
            washing: self.washing.clone(),
        }
    }

    async fn close(self) {
        self.washing.close();
        self.washing.wait().await;
    }
}

impl Drop for Ride {
    fn drop(&mut self) {
        if let Some(bike) = self.bike.take() {
            self.washing.spawn(wash(bike));
        }
    }
}

// From here on as in the solution:
// struct Bike {
