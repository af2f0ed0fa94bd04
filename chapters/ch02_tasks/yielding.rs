//! Giving way: what `yield_now` and a short sleep do for other tasks.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use stage::{Instrument, block_for};
use tokio::{
    task::{JoinError, yield_now},
    time::{Instant, sleep, sleep_until},
};
use tracing::{info, info_span};

const ONE_SECOND: Duration = Duration::from_secs(1);

/// How a long computation gives way between its steps.
#[derive(Clone, Copy, Debug)]
pub enum Manners {
    /// Not at all.
    None,
    /// To tasks that are ready now, by `yield_now`.
    Yield,
    /// To all tasks, for as long as this, by a sleep.
    Nap(Duration),
}

impl Manners {
    async fn give_way(self) {
        match self {
            Self::None => {}
            Self::Yield => yield_now().await,
            Self::Nap(duration) => sleep(duration).await,
        }
    }
}

/// Three seconds of computing in six steps, beside a clock that wants to strike each second.
///
/// # Errors
///
/// If a task panicked, which they do not.
pub async fn beside_a_clock(manners: Manners) -> Result<(), JoinError> {
    let clock = async {
        let start = Instant::now();
        for second in 1..=2 {
            sleep_until(start + second * ONE_SECOND).await;
            info!("strikes {second}");
        }
    };
    let sums = async move {
        for _ in 0..6 {
            block_for(ONE_SECOND / 2);
            manners.give_way().await;
        }
    };
    let clock = tokio::spawn(clock.instrument(info_span!("clock")));
    let sums = tokio::spawn(sums.instrument(info_span!("sums")));
    clock.await?;
    sums.await
}

/// How many of another task's turns fit into one act of giving way.
pub async fn turns_of_another(manners: Manners) -> u32 {
    const TURNS: u32 = 5;
    let taken = Arc::new(AtomicU32::new(0));
    let other = tokio::spawn({
        let taken = Arc::clone(&taken);
        async move {
            for _ in 0..TURNS {
                taken.fetch_add(1, Ordering::Relaxed);
                yield_now().await;
            }
        }
    });
    manners.give_way().await;
    let taken = taken.load(Ordering::Relaxed);
    other.abort();
    taken
}
