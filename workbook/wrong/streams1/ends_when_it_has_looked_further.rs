//! Wrong: keeps a page back until it has the next one.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use futures::{Stream, StreamExt, stream};
use tokio::time::sleep;

/// All pages of the catalogue, in order.
fn catalogue(library: &Library) -> impl Stream<Item = Page> {
    stream::unfold((None, Some(1)), async |(kept, next)| match (kept, next) {
        (None, None) => None,
        (Some(page), None) => Some((page, (None, None))),
        (Some(page), Some(number)) => {
            let following: Page = library.fetch(number).await;
            Some((page, (Some(following), following.next)))
        }
        (None, Some(number)) => {
            let page: Page = library.fetch(number).await;
            match page.next {
                None => Some((page, (None, None))),
                Some(number) => {
                    let following: Page = library.fetch(number).await;
                    Some((page, (Some(following), following.next)))
                }
            }
        }
    })
}

// From here on as in the solution:
// #[derive(Clone, Copy, Debug, PartialEq)]
