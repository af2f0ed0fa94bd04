//! Wrong: ends with the page that has no next, instead of after it.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use futures::{Stream, StreamExt, stream};
use tokio::time::sleep;

/// All pages of the catalogue, in order.
fn catalogue(library: &Library) -> impl Stream<Item = Page> {
    stream::unfold(1, async |number| {
        let page = library.fetch(number).await;
        Some((page, page.next?))
    })
}

// From here on as in the solution:
// #[derive(Clone, Copy, Debug, PartialEq)]
