//! Right: the task is in a set.

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
    returned: mpsc::UnboundedSender<Bike>,
    washing: tokio::task::JoinSet<()>,
}

/// A bike on loan. Dropped, it comes back.
struct Ride {
    bike: Option<Bike>,
    station: mpsc::UnboundedSender<Bike>,
}

impl Station {
    fn open() -> Self {
        let (returned, mut bikes) = mpsc::unbounded_channel();
        let mut washing = tokio::task::JoinSet::new();
        washing.spawn(async move {
            while let Some(bike) = bikes.recv().await {
                wash(bike).await;
            }
        });
        Self { returned, washing }
    }

    fn lend(&self, bike: Bike) -> Ride {
        Ride {
            bike: Some(bike),
            station: self.returned.clone(),
        }
    }

    /// Waits until every bike is back and washed.
    async fn close(self) {
        drop(self.returned);
        self.washing.join_all().await;
    }
}

impl Drop for Ride {
    fn drop(&mut self) {
        if let Some(bike) = self.bike.take() {
            let _ = self.station.send(bike);
        }
    }
}

// From here on as in the solution:
// struct Bike {
