//! A server that answers one question after the other, and now and then stands still.

use std::{cell::RefCell, time::Duration};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{
    sync::Mutex,
    time::{Instant, error::Elapsed, sleep, sleep_until, timeout},
};

/// How long an answer takes, on average.
pub const WORK: Duration = Duration::from_millis(10);
/// When the server stands still, and from when on it goes on.
const STANDSTILL: [Duration; 2] = [Duration::from_secs(4), Duration::from_secs(5)];
/// How long an asker waits.
const PATIENCE: Duration = Duration::from_secs(2);

/// One question at a time is worked on; the others stand in a line.
pub struct Server {
    begun: Instant,
    line: Mutex<()>,
    stalls: bool,
    rng: RefCell<StdRng>,
}

impl Server {
    /// One that takes ten milliseconds for each, and stands still for a second, four seconds from now.
    pub fn stalls() -> Self {
        Self::new(true)
    }

    /// One that never stands still, but takes now more, now less than ten milliseconds.
    pub fn varies() -> Self {
        Self::new(false)
    }

    fn new(stalls: bool) -> Self {
        Self {
            begun: Instant::now(),
            line: Mutex::default(),
            stalls,
            rng: StdRng::seed_from_u64(12).into(),
        }
    }

    /// Asks, and waits for two seconds at most.
    ///
    /// # Errors
    ///
    /// If there was no answer by then; the question is withdrawn.
    pub async fn ask(&self) -> Result<(), Elapsed> {
        timeout(PATIENCE, self.answer()).await
    }

    async fn answer(&self) {
        let _turn = self.line.lock().await;
        if !self.stalls {
            let even: f64 = self.rng.borrow_mut().random();
            // Exponentially distributed: mostly little, sometimes much.
            return sleep(WORK.mul_f64(-(1.0 - even).ln())).await;
        }
        let [from, to] = STANDSTILL.map(|at| self.begun + at);
        if (from..to).contains(&Instant::now()) {
            sleep_until(to).await;
        }
        sleep(WORK).await;
    }
}
