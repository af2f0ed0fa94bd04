//! Wrong: one value for ever.

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

struct Thermometer {
    sensor: Sensor,
    degrees: AtomicI32,
}

impl Thermometer {
    fn start(sensor: Sensor) -> Arc<Self> {
        let thermometer = Arc::new(Self {
            sensor,
            degrees: AtomicI32::new(0),
        });
        let measuring = measure(Arc::downgrade(&thermometer));
        tokio::spawn(measuring.instrument(info_span!("measuring")));
        thermometer
    }

    /// What was measured last.
    fn degrees(&self) -> i32 {
        self.degrees.load(Relaxed)
    }

    async fn measure(&self) {
        self.degrees.store(self.sensor.read().await, Relaxed);
    }
}

async fn measure(thermometer: Weak<Thermometer>) {
    if let Some(thermometer) = thermometer.upgrade() {
        thermometer.measure().await;
    }
}

// From here on as in the solution:
// /// Switched on as long as it is there.
