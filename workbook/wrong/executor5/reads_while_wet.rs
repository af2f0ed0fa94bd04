//! Wrong: the sum is taken before the ink is there.

use tokio::task::yield_now;
use tracing::info;

const PAGE: usize = 16 * 1024;

/// A page of paper, which comes by value.
type Page = [u8; PAGE];

fn page(ink: u8) -> Page {
    [ink; PAGE]
}

fn sum(page: &[u8]) -> u64 {
    page.iter().map(|&ink| u64::from(ink)).sum()
}

/// Checks a page, waits for the counter, and says what the page was worth.
async fn checked(ink: u8) -> u64 {
    let worth = sum(&page(ink));
    yield_now().await;
    worth
}

/// Copies a page: it is written, waits until it is dry, and is read.
async fn copied(ink: u8) -> u64 {
    let mut copy = Box::new(page(ink));
    let worth = sum(&*copy);
    copy[0] += 1;
    yield_now().await;
    worth
}

/// Does a job and says so.
async fn with_receipt<F: Future<Output = u64>>(job: F) -> u64 {
    let worth = job.await;
    info!("worth {worth}");
    worth
}

/// The whole order.
async fn order(ink: u8) -> u64 {
    with_receipt(checked(ink)).await + with_receipt(copied(ink)).await
}

// From here on as in the solution:
// fn main() {
