//! A library shows its catalogue page by page, and a page takes a second. The reader sees nothing
//! before all pages are there, and all are fetched even if the first would have been enough.
//!
//! Goal: a stream that gives each page as soon as it is there, fetches none before it is asked for,
//! and ends after the last page, which is the one without a next.
//!
//! Lesson: `chapters/ch08_streams/README.md`, "A list, an iterator or a stream?"

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use futures::{Stream, StreamExt, stream};
use tokio::time::sleep;

/// All pages of the catalogue, in order.
fn catalogue(library: &Library) -> impl Stream<Item = Page> {
    // TODO: give each page when it is there. The state between two pages is the number of the next.
    let all = async {
        let (mut pages, mut next) = (Vec::new(), Some(1));
        while let Some(number) = next {
            let page = library.fetch(number).await;
            next = page.next;
            pages.push(page);
        }
        stream::iter(pages)
    };
    stream::once(all).flatten()
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Page {
    number: u32,
    next: Option<u32>,
}

struct Library {
    pages: u32,
    fetched: AtomicU32,
}

impl Library {
    fn with(pages: u32) -> Self {
        let fetched = AtomicU32::new(0);
        Self { pages, fetched }
    }

    async fn fetch(&self, number: u32) -> Page {
        self.fetched.fetch_add(1, Ordering::Relaxed);
        sleep(Duration::from_secs(1)).await;
        assert!(
            (1..=self.pages).contains(&number),
            "there is no page {number}"
        );
        let next = (number < self.pages).then_some(number + 1);
        Page { number, next }
    }
}

fn main() {
    stage::play("A catalogue", async {
        let library = Library::with(3);
        catalogue(&library)
            .for_each(async |page| tracing::info!("page {}", page.number))
            .await;
    });
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use tokio::time::Instant;

    use super::*;

    #[test]
    fn each_page_is_given_when_it_is_there() {
        for pages in [1, 3, 50] {
            let shown = stage::virtual_time(async {
                let start = Instant::now();
                let library = Library::with(pages);
                catalogue(&library)
                    .map(|page| (page.number, start.elapsed().as_secs()))
                    .collect::<Vec<_>>()
                    .await
            });
            let expected: Vec<_> = (1..=pages).map(|page| (page, u64::from(page))).collect();
            assert_eq!(
                shown, expected,
                "(page, second): page 1 after a second, page 2 after two, and the last one too"
            );
        }
    }

    #[test]
    fn no_page_is_fetched_that_nobody_asked_for() {
        stage::virtual_time(async {
            let library = Library::with(9);
            let mut pages = pin!(catalogue(&library));
            let fetched = || library.fetched.load(Ordering::Relaxed);
            sleep(Duration::from_secs(60)).await;
            assert_eq!(fetched(), 0, "pages fetched before anybody has asked");
            for number in 1..=4 {
                pages.next().await;
                sleep(Duration::from_secs(60)).await;
                assert_eq!(fetched(), number, "pages fetched, and pages asked for");
            }
        });
    }
}
