//! Our executors of chapter 14 beside Tokio's, smol's and that of `futures`: spawning, waking, timers, echo.

mod echo;
mod spawn;
mod timers;
mod wake;

use std::time::{Duration, Instant};

use async_workbook::ch14_executor::{clock::Clock, executor_3::Executor};
use criterion::criterion_main;

criterion_main!(
    spawn::benches,
    wake::benches,
    timers::benches,
    echo::benches
);

/// Step 3 of chapter 14, on the machine's clock.
fn ours() -> Executor {
    Executor::new(Clock::real())
}

/// How long a future takes.
async fn timed(work: impl Future<Output = ()>) -> Duration {
    let begun = Instant::now();
    work.await;
    begun.elapsed()
}
