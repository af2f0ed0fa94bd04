//! An album comes in pages, and only a page tells whether there is another: three shapes for it.

use std::time::Duration;

use futures::{Stream, StreamExt, stream};
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

const TO_FETCH: Duration = Duration::from_secs(1);
const PAGES: u32 = 3;

/// A page of the album.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its number, from 1.
    pub number: u32,
    /// The number of the next page, if there is one.
    pub next: Option<u32>,
}

/// One future of a list: nothing is there before everything is.
pub async fn list() -> Vec<Page> {
    let mut pages = Vec::new();
    let mut next = Some(1);
    while let Some(number) = next {
        let Some(page) = fetch(number).await else {
            break;
        };
        next = page.next;
        pages.push(page);
    }
    pages
}

/// An iterator of futures: it may have to say how many there are before any of them has been awaited.
pub fn guessed_wrong(guess: u32) -> impl Iterator<Item = impl Future<Output = Option<Page>>> {
    (1..=guess).map(fetch)
}

/// A stream: each page, and the end as well, is there when it is known.
pub fn pages() -> impl Stream<Item = Page> {
    stream::unfold(Some(1), async |next| {
        let page = fetch(next?).await?;
        Some((page, page.next))
    })
}

/// Shows the list once it is complete.
pub async fn show_list() {
    async {
        for page in list().await {
            info!("page {}", page.number);
        }
    }
    .instrument(info_span!("viewer"))
    .await;
}

/// Shows what the iterator's futures bring, one after the other.
pub async fn show_guessed_wrong(guess: u32) {
    async {
        for page in guessed_wrong(guess) {
            if let Some(page) = page.await {
                info!("page {}", page.number);
            } else {
                info!("no such page");
            }
        }
    }
    .instrument(info_span!("viewer"))
    .await;
}

/// Shows each page of the stream as it comes.
pub async fn show_pages() {
    async {
        let mut pages = Box::pin(pages());
        while let Some(page) = pages.next().await {
            info!("page {}", page.number);
        }
    }
    .instrument(info_span!("viewer"))
    .await;
}

async fn fetch(number: u32) -> Option<Page> {
    sleep(TO_FETCH)
        .instrument(info_span!("fetch", number))
        .await;
    let next = (number < PAGES).then_some(number + 1);
    (number <= PAGES).then_some(Page { number, next })
}
