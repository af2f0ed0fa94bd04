//! Why futures grow, and how to shrink them: sizes in bytes, as `size_of_val` tells them.

use std::pin::{Pin, pin};

use crate::machine::Rest;

/// Sixteen KiB.
pub const PAGE: usize = 16 * 1024;

/// The page is there before and after the wait.
pub async fn across() -> usize {
    let page = [1_u8; PAGE];
    Rest(1).await;
    sum(&page)
}

/// The page is needed before the wait only. But it exists until the end of its block.
pub async fn until_the_end_wrong() -> usize {
    let page = [1_u8; PAGE];
    let total = sum(&page);
    Rest(1).await;
    total
}

/// A block of its own ends before the wait.
pub async fn in_a_block() -> usize {
    let total = {
        let page = [1_u8; PAGE];
        sum(&page)
    };
    Rest(1).await;
    total
}

/// The page lies on the heap, and what waits is a pointer to it, with a length and a capacity.
pub async fn on_the_heap() -> usize {
    let page = vec![1_u8; PAGE];
    Rest(1).await;
    sum(&page)
}

/// Awaits what it was given: its argument is counted twice, where it came in and where it is awaited.
pub async fn through<F: Future>(future: F) -> F::Output {
    future.await
}

/// Awaits what was pinned elsewhere.
pub async fn through_a_pin<F: Future>(future: Pin<&mut F>) -> F::Output {
    future.await
}

/// Puts what it was given into a box before it waits. It came in by value, so it is counted once.
pub async fn through_a_box<F: Future>(future: F) -> F::Output {
    Box::pin(future).await
}

/// Each of these with its name.
#[must_use]
pub fn sizes() -> [(&'static str, usize); 9] {
    [
        ("across", size_of_val(&across())),
        ("until_the_end_wrong", size_of_val(&until_the_end_wrong())),
        ("in_a_block", size_of_val(&in_a_block())),
        ("on_the_heap", size_of_val(&on_the_heap())),
        ("through", size_of_val(&through(across()))),
        (
            "through three",
            size_of_val(&through(through(through(across())))),
        ),
        ("through_a_pin", size_of_val(&through_a_pin(pin!(across())))),
        ("through_a_box", size_of_val(&through_a_box(across()))),
        (
            "through, boxed before",
            size_of_val(&through(Box::pin(across()))),
        ),
    ]
}

fn sum(page: &[u8]) -> usize {
    page.iter().map(|&byte| usize::from(byte)).sum()
}
