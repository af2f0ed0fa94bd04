//! A question to two replicas: the second is asked only if the first one takes its time.

use std::{
    cell::{Cell, RefCell},
    pin::pin,
    time::Duration,
};

use futures::future::{join_all, select};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use stage::Instrument;
use tokio::time::{Instant, sleep};
use tracing::{info, info_span};

/// Calls once, and once more if there is no answer after `patience`; takes whichever answers first.
/// Only for calls that may be made twice.
///
/// # Cancel safety
///
/// Dropping this future drops both calls; so does the first answer with the other call.
pub async fn hedged<F: Future>(patience: Duration, call: impl Fn() -> F) -> F::Output {
    let mut first = pin!(call());
    tokio::select! {
        biased;
        // `first` is polled on below, so nothing of it is lost.
        answer = &mut first => return answer,
        () = sleep(patience) => {}
    }
    let second = pin!(call());
    select(first, second).await.factor_first().0
}

/// Asks a slow replica, and waits.
pub async fn waits() {
    replica(1, Duration::from_secs(2)).await;
}

/// Asks a slow replica and, after 200 ms, a quick one.
pub async fn asks_another() {
    let asked = Cell::new(0);
    hedged(Duration::from_millis(200), || {
        let number = asked.replace(asked.get() + 1);
        let takes = [2_000, 100][number];
        replica(number + 1, Duration::from_millis(takes))
    })
    .await;
}

async fn replica(number: usize, takes: Duration) {
    async {
        sleep(takes).await;
        info!("answers");
    }
    .instrument(info_span!("replica", number))
    .await;
}

/// How a thousand questions went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thousand {
    /// Half of the answers came within this time.
    pub p50: Duration,
    /// 99 of 100 did.
    pub p99: Duration,
    /// How many calls were made.
    pub calls: u32,
}

/// A thousand questions, ten a second; a second call for each that takes longer than `patience`. One
/// call of twenty takes 2 s, the others take 100 ms.
pub async fn thousand(patience: Duration) -> Thousand {
    let dice = RefCell::new(StdRng::seed_from_u64(10));
    let calls = Cell::new(0);
    let mut took = join_all((0..1_000).map(|number| {
        let (dice, calls) = (&dice, &calls);
        async move {
            sleep(Duration::from_millis(100) * number).await;
            let asked = Instant::now();
            hedged(patience, || {
                calls.set(calls.get() + 1);
                let is_slow = dice.borrow_mut().random_bool(0.05);
                sleep(Duration::from_millis(if is_slow { 2_000 } else { 100 }))
            })
            .await;
            asked.elapsed()
        }
    }))
    .await;
    took.sort_unstable();
    Thousand {
        p50: took[499],
        p99: took[989],
        calls: calls.get(),
    }
}
