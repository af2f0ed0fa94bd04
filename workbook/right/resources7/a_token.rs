//! Right: the last handle tells the task.

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

use tokio_util::sync::{CancellationToken, DropGuard};

struct Thermometer {
    degrees: Arc<AtomicI32>,
    _stop: DropGuard,
}

impl Thermometer {
    fn start(sensor: Sensor) -> Arc<Self> {
        let (degrees, stop) = (Arc::<AtomicI32>::default(), CancellationToken::new());
        let latest = Arc::clone(&degrees);
        let measuring = async move {
            loop {
                latest.store(sensor.read().await, Relaxed);
                sleep(Duration::from_secs(1)).await;
            }
        };
        tokio::spawn(stop.clone().run_until_cancelled_owned(measuring));
        Arc::new(Self {
            degrees,
            _stop: stop.drop_guard(),
        })
    }

    fn degrees(&self) -> i32 {
        self.degrees.load(Relaxed)
    }
}

// From here on as in the solution:
// /// Switched on as long as it is there.
