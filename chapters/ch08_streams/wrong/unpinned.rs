//! Does not compile: `next` asks for a stream that may be moved, and this one waits inside itself.

/// Stands for `futures::stream::Once`: a stream that holds a future.
struct Once<F>(F);

impl<F: Future> Once<F> {
    /// As `futures::StreamExt::next`.
    fn next(&mut self)
    where
        Self: Unpin,
    {
    }
}

async fn page() {}

fn main() {
    let mut pages = Once(page());
    pages.next();
}
