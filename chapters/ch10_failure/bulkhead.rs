//! A shop may make four calls at a time. Advice has become slow; why can nobody pay?

use std::time::Duration;

use futures::future::{join, join_all};
use stage::Instrument;
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep},
};
use tracing::{info, info_span};

/// All calls share four places. Returns how long each of three payments took.
pub async fn one_limit_wrong() -> Vec<Duration> {
    let places = Semaphore::new(4);
    open(&places, &places).await
}

/// Advice has two places, and payments have two.
pub async fn a_limit_for_each() -> Vec<Duration> {
    let (advice, payments) = (Semaphore::new(2), Semaphore::new(2));
    open(&advice, &payments).await
}

/// Six customers want advice, one every 200 ms, and three want to pay, one every second.
async fn open(advice: &Semaphore, payments: &Semaphore) -> Vec<Duration> {
    let advice = join_all((0..6).map(|number| async move {
        sleep(Duration::from_millis(200) * number).await;
        call(advice, "advice", number + 1, Duration::from_secs(5)).await
    }));
    let payments = join_all((1..=3).map(|number| async move {
        sleep(Duration::from_secs(1) * number).await;
        call(payments, "payment", number, Duration::from_millis(300)).await
    }));
    join(advice, payments).await.1
}

/// Waits for a place and makes the call; returns how long both took.
async fn call(places: &Semaphore, what: &'static str, number: u32, takes: Duration) -> Duration {
    async {
        let wanted = Instant::now();
        let _place = places.acquire().await.expect("never closed");
        sleep(takes).await;
        info!("took {:.1?}", wanted.elapsed());
        wanted.elapsed()
    }
    .instrument(info_span!("call", what, number))
    .await
}
