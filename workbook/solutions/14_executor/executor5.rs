//! A copy shop. Each order is a future, and a hundred thousand of them wait at the same time. Each takes more than 32
//! KiB, and hardly any of that is needed.
//!
//! Goal: an order is smaller than half a KiB. It does what it did: the same pages, the same waits, the same sums.
//!
//! Lesson: `chapters/ch14_executor/README.md`, "Sixteen KiB: why futures grow"

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
    copy[0] += 1;
    yield_now().await;
    sum(&*copy)
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

fn main() {
    stage::play("A copy shop", async {
        info!("an order is {} bytes", size_of_val(&order(1)));
        info!("all of it is worth {}", Box::pin(order(1)).await);
    });
}

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use tokio_test::task;

    use super::*;

    const HALF_A_KIB: usize = 512;

    /// Bytes, polls and value of a future.
    fn measured<F: Future>(future: F) -> (usize, u32, F::Output) {
        let size = size_of_val(&future);
        let mut future = task::spawn(future);
        for polls in 1..100 {
            if let Poll::Ready(value) = future.poll() {
                return (size, polls, value);
            }
        }
        panic!("it does not end after a hundred polls");
    }

    #[test]
    fn checking_is_small() {
        let (size, _, _) = measured(checked(1));
        assert!(size < HALF_A_KIB, "`checked` is {size} bytes");
    }

    #[test]
    fn copying_is_small() {
        let (size, _, _) = measured(copied(1));
        assert!(size < HALF_A_KIB, "`copied` is {size} bytes");
    }

    #[test]
    fn an_order_is_small() {
        let (size, _, _) = measured(order(1));
        assert!(size < HALF_A_KIB, "`order` is {size} bytes");
    }

    #[test]
    fn the_sums_are_the_same() {
        for ink in [0, 1, 7, 250] {
            let checked_worth = u64::from(ink) * PAGE as u64;
            assert_eq!(measured(checked(ink)).2, checked_worth, "checked({ink})");
            assert_eq!(measured(copied(ink)).2, checked_worth + 1, "copied({ink})");
            assert_eq!(
                measured(order(ink)).2,
                2 * checked_worth + 1,
                "order({ink})"
            );
        }
    }

    #[test]
    fn the_waits_are_the_same() {
        assert_eq!(
            measured(checked(1)).1,
            2,
            "polls of `checked`, which waits once"
        );
        assert_eq!(
            measured(copied(1)).1,
            2,
            "polls of `copied`, which waits once"
        );
        assert_eq!(
            measured(order(1)).1,
            3,
            "polls of `order`, which waits twice"
        );
    }

    #[test]
    fn any_job_gets_a_receipt() {
        let small = async {
            yield_now().await;
            5
        };
        assert_eq!(measured(with_receipt(small)).2, 5);
        let (size, _, _) = measured(with_receipt(async { 5 }));
        assert!(size < HALF_A_KIB, "`with_receipt` is {size} bytes");
    }
}
