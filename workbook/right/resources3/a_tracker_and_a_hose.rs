//! Right: a task for each bike, in line for the hose; a token for each ride that is out.

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

use tokio_util::task::{TaskTracker, task_tracker::TaskTrackerToken};

struct Station {
    washing: TaskTracker,
    hose: Arc<tokio::sync::Mutex<()>>,
}

struct Ride {
    bike: Option<Bike>,
    washing: TaskTracker,
    hose: Arc<tokio::sync::Mutex<()>>,
    _out: TaskTrackerToken,
}

impl Station {
    fn open() -> Self {
        Self {
            washing: TaskTracker::new(),
            hose: Arc::default(),
        }
    }

    fn lend(&self, bike: Bike) -> Ride {
        Ride {
            bike: Some(bike),
            washing: self.washing.clone(),
            hose: Arc::clone(&self.hose),
            _out: self.washing.token(),
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
            let hose = Arc::clone(&self.hose);
            self.washing.spawn(async move {
                let _hose = hose.lock().await;
                wash(bike).await;
            });
        }
    }
}

// From here on as in the solution:
// struct Bike {
