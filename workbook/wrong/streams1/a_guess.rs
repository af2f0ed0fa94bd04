//! Wrong: asks for more pages than there are.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use futures::{Stream, StreamExt, stream};
use tokio::time::sleep;

/// All pages of the catalogue, in order.
fn catalogue(library: &Library) -> impl Stream<Item = Page> {
    stream::iter(1..=50).then(async |number| library.fetch(number).await)
}

// From here on as in the solution:
// #[derive(Clone, Copy, Debug, PartialEq)]
