//! Right: `buffer_unordered` counts those on the way, semaphores the stages.

use std::time::Duration;

use futures::{StreamExt, stream};
use stage::Instrument;
use tokio::{sync::Semaphore, time::sleep};
use tracing::info_span;

async fn publish(manuscripts: u64) {
    let [archive, translators, press] = &[3, 2, 1].map(Semaphore::new);
    stream::iter(0..manuscripts)
        .map(|number| async move {
            within(archive, fetch(number)).await;
            within(translators, translate(number)).await;
            within(press, print(number)).await;
        })
        .buffer_unordered(6)
        .collect::<()>()
        .await;
}

async fn within(places: &Semaphore, work: impl Future<Output = ()>) {
    let _place = places.acquire().await.unwrap();
    work.await;
}

// From here on as in the solution:
// async fn fetch(number: u64) {
