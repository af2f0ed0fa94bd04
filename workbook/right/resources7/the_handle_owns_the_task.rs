//! Right: the task has what it needs, the handle has the task.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicI32, AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

use tokio_util::task::AbortOnDropHandle;

struct Thermometer {
    degrees: Arc<AtomicI32>,
    _measuring: AbortOnDropHandle<()>,
}

impl Thermometer {
    fn start(sensor: Sensor) -> Arc<Self> {
        let degrees = Arc::<AtomicI32>::default();
        let latest = Arc::clone(&degrees);
        let measuring = tokio::spawn(async move {
            loop {
                latest.store(sensor.read().await, Relaxed);
                sleep(Duration::from_secs(1)).await;
            }
        });
        Arc::new(Self {
            degrees,
            _measuring: AbortOnDropHandle::new(measuring),
        })
    }

    fn degrees(&self) -> i32 {
        self.degrees.load(Relaxed)
    }
}

// From here on as in the solution:
// /// Switched on as long as it is there.
