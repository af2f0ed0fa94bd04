//! Right: who hangs up is noticed during the search.

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
    while let Some(Order { books, mut reply }) = orders.recv().await {
        tokio::select! {
            biased;
            () = reply.closed() => continue,
            () = search_the_back_room() => {}
        }
        let found = books.min(shelf);
        shelf -= found;
        if let Err(unwanted) = reply.send(found) {
            shelf += unwanted;
        }
        info!("{shelf} left");
    }
    info!("closes");
}

// From here on as in the solution:
// async fn search_the_back_room() {
