//! A stream that is always ready keeps the thread: a thousand candidates, a millisecond for each.

use std::{future::ready, time::Duration};

use futures::{StreamExt, stream};
use stage::{Instrument, block_for, ms};
use tokio::{
    task::{JoinSet, coop::consume_budget},
    time::interval,
};
use tracing::{info, info_span};

const CANDIDATES: u32 = 1000;
const TO_TEST: Duration = ms(1);
const PULSE: Duration = ms(250);

/// Every `.await` in here is ready at once, so nobody else on this thread has a turn before the end.
pub async fn greedy_wrong() -> usize {
    beside_a_pulse(async {
        stream::iter(1..=CANDIDATES)
            .filter(|&number| ready(is_prime(number)))
            .count()
            .await
    })
    .await
}

/// Each item takes from the task's budget, and gives way when that is spent.
pub async fn polite() -> usize {
    beside_a_pulse(async {
        stream::iter(1..=CANDIDATES)
            .filter(|&number| async move {
                consume_budget().await;
                is_prime(number)
            })
            .count()
            .await
    })
    .await
}

async fn beside_a_pulse(search: impl Future<Output = usize>) -> usize {
    let mut pulse = JoinSet::new();
    pulse.spawn(
        async {
            let mut pulse = interval(PULSE);
            loop {
                pulse.tick().await;
                info!("beat");
            }
        }
        .instrument(info_span!("pulse")),
    );
    let found = search.instrument(info_span!("search")).await;
    info!("{found} primes");
    found
}

fn is_prime(number: u32) -> bool {
    block_for(TO_TEST);
    number > 1 && (2..number).all(|divisor| !number.is_multiple_of(divisor))
}
