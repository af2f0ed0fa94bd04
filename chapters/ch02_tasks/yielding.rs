//! Giving way: what `yield_now`, a short sleep and the cooperative budget do for other tasks.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use stage::{Instrument, block_for};
use tokio::{
    sync::mpsc,
    task::{JoinError, coop, yield_now},
    time::{Instant, sleep, sleep_until},
};
use tracing::{info, info_span};

const ONE_SECOND: Duration = Duration::from_secs(1);

/// How a long computation gives way between its steps.
#[derive(Clone, Copy, Debug)]
pub enum Manners {
    /// Not at all.
    None,
    /// To every task that is ready now.
    Yield,
    /// To all tasks, for as long as this.
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

/// Takes 300 waiting letters out of a channel and tells how many were gone when a neighbour, who
/// was ready all the while, got a turn. With `budget` false the reader is exempt from the budget.
///
/// # Errors
///
/// If a task panicked, which they do not.
pub async fn letters(budget: bool) -> Result<u32, JoinError> {
    let gone = Arc::new(AtomicU32::new(0));
    let read = read_all(full_letterbox(), Arc::clone(&gone));
    let reader = if budget {
        tokio::spawn(read.instrument(info_span!("reader")))
    } else {
        tokio::spawn(coop::unconstrained(read).instrument(info_span!("reader")))
    };
    let look = async move {
        let gone = gone.load(Ordering::Relaxed);
        info!("my first turn: {gone} letters gone");
        gone
    };
    let neighbour = tokio::spawn(look.instrument(info_span!("neighbour")));
    reader.await?;
    neighbour.await
}

/// Every `recv` finds a letter, so not one of these awaits has a reason to wait.
async fn read_all(mut letters: mpsc::Receiver<usize>, gone: Arc<AtomicU32>) {
    while letters.recv().await.is_some() {
        gone.fetch_add(1, Ordering::Relaxed);
    }
}

fn full_letterbox() -> mpsc::Receiver<usize> {
    const LETTERS: usize = 300;
    let (slot, letters) = mpsc::channel(LETTERS);
    for letter in 0..LETTERS {
        slot.try_send(letter).expect("the box has room for all");
    }
    letters
}
