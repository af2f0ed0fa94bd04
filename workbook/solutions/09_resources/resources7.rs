//! A thermometer measures every second, in a task of its own, and shows the latest value to all who have a
//! handle. When nobody has one any more, it goes on measuring, and its sensor stays switched on.
//!
//! Goal: while somebody has a handle, there is a fresh value every second. When the last handle is dropped,
//! the task ends and the sensor is switched off, at once or when the measurement under way is done.
//!
//! Lesson: `chapters/ch09_resources/README.md`, "Leaks"

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
    while let Some(thermometer) = thermometer.upgrade() {
        thermometer.measure().await;
        drop(thermometer);
        sleep(Duration::from_secs(1)).await;
    }
}

/// Switched on as long as it is there.
struct Sensor {
    switched_on: Arc<AtomicU32>,
    reads: Arc<AtomicU32>,
}

impl Sensor {
    fn new(switched_on: &Arc<AtomicU32>, reads: &Arc<AtomicU32>) -> Self {
        switched_on.fetch_add(1, Relaxed);
        Self {
            switched_on: Arc::clone(switched_on),
            reads: Arc::clone(reads),
        }
    }

    /// Takes a tenth of a second, and finds a degree more each time.
    async fn read(&self) -> i32 {
        sleep(Duration::from_millis(100)).await;
        let before = self.reads.fetch_add(1, Relaxed);
        i32::try_from(before).unwrap_or(i32::MAX) + 1
    }
}

impl Drop for Sensor {
    fn drop(&mut self) {
        info!("switched off");
        self.switched_on.fetch_sub(1, Relaxed);
    }
}

fn main() {
    let (switched_on, reads) = (Arc::default(), Arc::default());
    stage::play("A thermometer", async {
        let thermometer = Thermometer::start(Sensor::new(&switched_on, &reads));
        sleep(Duration::from_millis(3_500)).await;
        info!("{} degrees", thermometer.degrees());
        drop(thermometer);
        sleep(Duration::from_secs(3)).await;
        info!("sensors that are on: {}", switched_on.load(Relaxed));
    });
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Handle;

    use super::*;

    fn tasks() -> usize {
        Handle::current().metrics().num_alive_tasks()
    }

    #[test]
    fn it_measures_every_second_while_somebody_looks() {
        let (switched_on, reads) = (Arc::default(), Arc::default());
        stage::virtual_time(async {
            let thermometer = Thermometer::start(Sensor::new(&switched_on, &reads));
            let other = Arc::clone(&thermometer);
            sleep(Duration::from_secs(20)).await;
            drop(thermometer);
            sleep(Duration::from_secs(20)).await;
            let read = reads.load(Relaxed);
            assert!((36..=41).contains(&read), "{read} measurements in 40 s");
            assert_eq!(other.degrees(), i32::try_from(read).unwrap());
            assert_eq!(switched_on.load(Relaxed), 1, "sensors on");
        });
    }

    #[test]
    fn it_ends_with_the_last_handle() {
        for looked in (0..4_000).step_by(50) {
            let (switched_on, reads) = (Arc::default(), Arc::default());
            stage::virtual_time(async {
                let thermometer = Thermometer::start(Sensor::new(&switched_on, &reads));
                let other = Arc::clone(&thermometer);
                drop(thermometer);
                sleep(Duration::from_millis(looked)).await;
                drop(other);
                // A measurement that is under way may be completed.
                sleep(Duration::from_millis(110)).await;
                let read = reads.load(Relaxed);
                assert_eq!(
                    switched_on.load(Relaxed),
                    0,
                    "sensors on, 110 ms after the last handle was dropped at {looked} ms"
                );
                sleep(Duration::from_millis(1_000)).await;
                assert_eq!(tasks(), 0, "tasks left, a second later");
                assert_eq!(reads.load(Relaxed), read, "measurements, a second later");
            });
        }
    }

    #[test]
    fn two_thermometers_are_two() {
        let (switched_on, reads) = (Arc::default(), Arc::default());
        stage::virtual_time(async {
            let one = Thermometer::start(Sensor::new(&switched_on, &reads));
            let two = Thermometer::start(Sensor::new(&switched_on, &reads));
            sleep(Duration::from_millis(500)).await;
            drop(one);
            sleep(Duration::from_millis(110)).await;
            assert_eq!(switched_on.load(Relaxed), 1, "sensors on");
            sleep(Duration::from_secs(10)).await;
            assert!(two.degrees() > 9, "{} degrees", two.degrees());
        });
    }
}
