//! Wrong: fetches everything first, and then gives it out slowly.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use futures::{Stream, StreamExt, stream};
use tokio::time::sleep;

/// All pages of the catalogue, in order.
fn catalogue(library: &Library) -> impl Stream<Item = Page> {
    let all = async {
        let (mut pages, mut next) = (Vec::new(), Some(1));
        while let Some(number) = next {
            let page = library.fetch(number).await;
            next = page.next;
            pages.push(page);
        }
        stream::iter(pages).then(async |page| {
            sleep(Duration::from_secs(1)).await;
            page
        })
    };
    stream::once(all).flatten()
}

// From here on as in the solution:
// #[derive(Clone, Copy, Debug, PartialEq)]
