//! Answers that come at once, each with an hour of patience. Where do the hours go?

use std::time::Duration;

use tracing::info;

use crate::{
    clock::Clock,
    current::current,
    executor_3::Executor,
    time::sleep,
    timers::Timers,
    together::{Either, select},
};

const A_MOMENT: Duration = Duration::from_millis(1);
const AN_HOUR: Duration = Duration::from_hours(1);

/// Asks so many questions, one after the other, on an executor with these timers. How many timers are left.
pub fn left_behind(questions: u32, timers: impl Timers + 'static) -> usize {
    Executor::with_timers(Clock::still(), timers).block_on(async {
        for _ in 0..questions {
            if let Either::Right(()) = select(sleep(A_MOMENT), sleep(AN_HOUR)).await {
                info!("no answer within an hour");
            }
        }
        current().time().map_or(0, |time| time.timers())
    })
}
