//! Wrong: six are fetched, then these six are translated, then printed.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{sync::Semaphore, time::sleep};
use tracing::info_span;

async fn publish(manuscripts: u64) {
    let [archive, translators, press] = &[3, 2, 1].map(Semaphore::new);
    let all: Vec<u64> = (0..manuscripts).collect();
    for six in all.chunks(6) {
        join_all(six.iter().map(|&number| within(archive, fetch(number)))).await;
        join_all(
            six.iter()
                .map(|&number| within(translators, translate(number))),
        )
        .await;
        join_all(six.iter().map(|&number| within(press, print(number)))).await;
    }
}

async fn within(places: &Semaphore, work: impl Future<Output = ()>) {
    let _place = places.acquire().await.unwrap();
    work.await;
}

// From here on as in the solution:
// async fn fetch(number: u64) {
