//! Does not compile: both crates have a `next`, and both are in scope.

use {futures::StreamExt as _, tokio_stream::StreamExt as _};

fn main() {
    let mut numbers = Numbers;
    numbers.next();
}

struct Numbers;

/// Stands for the crate `futures`.
mod futures {
    pub trait StreamExt {
        fn next(&mut self) {}
    }
    impl StreamExt for super::Numbers {}
}

/// Stands for the crate `tokio_stream`.
mod tokio_stream {
    pub trait StreamExt {
        fn next(&mut self) {}
    }
    impl StreamExt for super::Numbers {}
}
