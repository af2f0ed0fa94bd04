//! Five pictures from a host that does not like more than two requests at a time.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use futures::{StreamExt, future::join_all, stream};
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// A picture's number and the seconds it takes.
pub type Picture = (u32, u64);

/// A large picture and four small ones.
pub const PICTURES: [Picture; 5] = [(1, 4), (2, 1), (3, 1), (4, 1), (5, 1)];

/// All at once: 4 s, and as many requests as there are pictures.
pub async fn unbounded(host: &Host) -> Vec<u32> {
    let pictures = join_all(PICTURES.map(|picture| host.fetch(picture))).await;
    pictures
        .into_iter()
        .inspect(|number| info!("#{number}"))
        .collect()
}

/// Two at a time, in the order of the pictures: 6 s.
pub async fn in_order(host: &Host) -> Vec<u32> {
    stream::iter(PICTURES)
        .map(|picture| host.fetch(picture))
        .buffered(2)
        .inspect(|number| info!("#{number}"))
        .collect()
        .await
}

/// Two at a time, in the order in which they arrive: 4 s.
pub async fn as_they_come(host: &Host) -> Vec<u32> {
    stream::iter(PICTURES)
        .map(|picture| host.fetch(picture))
        .buffer_unordered(2)
        .inspect(|number| info!("#{number}"))
        .collect()
        .await
}

/// Two at a time, each fetched and then framed, which takes a second more: 7 s.
pub async fn each_with_its_frame(host: &Host) {
    stream::iter(PICTURES)
        .for_each_concurrent(2, |picture| async move {
            let number = host.fetch(picture).await;
            frame(number).await;
        })
        .await;
}

/// Fills a page, which is a lane.
pub async fn on_page<T>(filling: impl Future<Output = T>) -> T {
    filling.instrument(info_span!("page")).await
}

/// Serves pictures and counts the requests it is busy with.
#[derive(Debug, Default)]
pub struct Host {
    busy: AtomicUsize,
    most: AtomicUsize,
}

impl Host {
    /// The largest number of requests there ever was at one time.
    pub fn most_at_once(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }

    async fn fetch(&self, (number, seconds): Picture) -> u32 {
        async {
            let busy = self.busy.fetch_add(1, Ordering::Relaxed) + 1;
            self.most.fetch_max(busy, Ordering::Relaxed);
            info!("{busy} in flight");
            sleep(Duration::from_secs(seconds)).await;
            self.busy.fetch_sub(1, Ordering::Relaxed);
            number
        }
        .instrument(info_span!("fetch", number))
        .await
    }
}

async fn frame(number: u32) {
    sleep(Duration::from_secs(1))
        .instrument(info_span!("frame", number))
        .await;
}
