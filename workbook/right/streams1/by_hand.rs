//! Right: keeps the fetch that is under way.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use futures::{Stream, StreamExt, stream};
use tokio::time::sleep;

/// All pages of the catalogue, in order.
fn catalogue(library: &Library) -> impl Stream<Item = Page> {
    let (mut next, mut fetching) = (Some(1), None);
    stream::poll_fn(move |context| {
        use std::task::{Poll, ready};
        let Some(number) = next else {
            return Poll::Ready(None);
        };
        let fetch = fetching.get_or_insert_with(|| Box::pin(library.fetch(number)));
        let page = ready!(fetch.as_mut().poll(context));
        (next, fetching) = (page.next, None);
        Poll::Ready(Some(page))
    })
}

// From here on as in the solution:
// #[derive(Clone, Copy, Debug, PartialEq)]
