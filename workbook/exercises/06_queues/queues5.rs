//! A book store as an actor: one task owns the shelf, everybody else sends it messages and waits for
//! the reply. It works, until a customer hangs up while the clerk is in the back room: the next
//! customers hear "closed", for ever. Mend that, and the store slowly loses books.
//!
//! Goal: a customer who hangs up before the clerk has the books neither closes the store nor takes books
//! away; when the last customer's handle is gone, the store ends.
//!
//! Lesson: `chapters/ch06_queues/README.md`, "The actor: one task owns the state"

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::{mpsc, oneshot},
    time::{sleep, timeout},
};
use tracing::{info, info_span};

/// "Give me so many books." The reply is how many there were.
struct Order {
    books: u32,
    reply: oneshot::Sender<u32>,
}

#[derive(Clone)]
struct Store {
    counter: mpsc::Sender<Order>,
}

#[derive(Debug, PartialEq)]
struct Closed;

impl Store {
    fn open(books: u32) -> Self {
        let (counter, orders) = mpsc::channel(8);
        // The task has an owner: it ends with the last handle.
        tokio::spawn(clerk(books, orders).instrument(info_span!("clerk")));
        Self { counter }
    }

    /// Up to so many books.
    async fn order(&self, books: u32) -> Result<u32, Closed> {
        let (reply, answer) = oneshot::channel();
        let order = Order { books, reply };
        self.counter.send(order).await.map_err(|_| Closed)?;
        answer.await.map_err(|_| Closed)
    }
}

async fn clerk(mut shelf: u32, mut orders: mpsc::Receiver<Order>) {
    while let Some(Order { books, reply }) = orders.recv().await {
        search_the_back_room().await;
        // TODO: what if nobody listens any more?
        let found = books.min(shelf);
        shelf -= found;
        reply.send(found).unwrap();
        info!("{shelf} left");
    }
    info!("closes");
}

async fn search_the_back_room() {
    sleep(Duration::from_secs(1)).await;
}

fn main() {
    stage::play("A book store", async {
        let store = Store::open(10);
        let hung_up = timeout(Duration::from_millis(500), store.order(4)).await;
        info!("{hung_up:?}");
        info!("{:?}", store.order(7).await);
    });
}

#[cfg(test)]
mod tests {
    use tokio::{runtime::Handle, task::yield_now};

    use super::*;

    #[test]
    fn the_shelf_runs_empty() {
        let played = stage::record(async {
            let store = Store::open(10);
            let orders = [4, 5, 3, 2].map(|books| store.order(books));
            futures::future::join_all(orders).await
        });
        assert_eq!(played.value, [Ok(4), Ok(5), Ok(1), Ok(0)]);
        assert_eq!(played.elapsed.as_secs(), 4, "seconds for four orders");
    }

    #[test]
    fn who_hangs_up_neither_closes_the_store_nor_takes_books() {
        for (books, patience) in [(4, 500), (10, 0), (3, 999), (25, 10)] {
            let played = stage::record(async {
                let store = Store::open(10);
                let patience = Duration::from_millis(patience);
                timeout(patience, store.order(books)).await.unwrap_err();
                timeout(patience, store.order(books)).await.unwrap_err();
                (store.order(9).await, store.order(9).await)
            });
            assert_eq!(
                played.value,
                (Ok(9), Ok(1)),
                "two customers hung up after {patience} ms; ten books were there"
            );
        }
    }

    #[test]
    fn one_clerk_serves_one_customer_after_the_other() {
        let played = stage::record(async {
            let store = Store::open(10);
            let hasty = async {
                let patience = Duration::from_millis(1_500);
                timeout(patience, store.order(6)).await.is_err()
            };
            tokio::join!(store.order(5), hasty, store.order(3), store.order(9))
        });
        assert_eq!(
            played.value,
            (Ok(5), true, Ok(3), Ok(2)),
            "ten books; the second customer hangs up while the clerk looks for theirs"
        );
        let seconds = played.elapsed.as_secs();
        assert!(
            seconds <= 4,
            "four orders, a second each, took {seconds} s: does the clerk wait for something else?"
        );
    }

    #[test]
    fn the_store_ends_with_its_last_handle() {
        let alive = stage::virtual_time(async {
            let store = Store::open(1);
            let other = store.clone();
            let _ = timeout(Duration::from_millis(1), store.order(1)).await;
            drop(store);
            assert_eq!(other.order(1).await, Ok(1));
            drop(other);
            yield_now().await;
            Handle::current().metrics().num_alive_tasks()
        });
        assert_eq!(alive, 0, "the store is open although nobody can come");
    }
}
