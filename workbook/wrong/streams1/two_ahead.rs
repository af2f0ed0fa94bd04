//! Wrong: fetches the next page while the reader looks at this one.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use futures::{Stream, StreamExt, stream};
use tokio::time::sleep;

/// All pages of the catalogue, in order.
fn catalogue(library: &Library) -> impl Stream<Item = Page> {
    stream::iter(1..=library.pages)
        .map(|number| library.fetch(number))
        .buffered(2)
}

// From here on as in the solution:
// #[derive(Clone, Copy, Debug, PartialEq)]
