//! Wrong: collects the bikes that are back, and washes them when it closes.

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

struct Station {
    back: Arc<Mutex<Vec<Bike>>>,
}

struct Ride {
    bike: Option<Bike>,
    back: Arc<Mutex<Vec<Bike>>>,
}

impl Station {
    fn open() -> Self {
        Self {
            back: Arc::default(),
        }
    }

    fn lend(&self, bike: Bike) -> Ride {
        Ride {
            bike: Some(bike),
            back: Arc::clone(&self.back),
        }
    }

    async fn close(self) {
        let bikes = std::mem::take(&mut *self.back.lock().unwrap());
        for bike in bikes {
            wash(bike).await;
        }
    }
}

impl Drop for Ride {
    fn drop(&mut self) {
        self.back.lock().unwrap().extend(self.bike.take());
    }
}

// From here on as in the solution:
// struct Bike {
