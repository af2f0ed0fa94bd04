//! Wrong: the first attempt is dropped when it has charged, and the second charges once more.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use stage::Instrument;
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;
use tracing::{info, info_span};

#[derive(Clone, Default)]
struct Shop {
    books: Arc<Mutex<Books>>,
    critical: TaskTracker,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Books {
    charged: Vec<u32>,
    written: Vec<u32>,
}

impl Shop {
    async fn buy(&self, customer: u32) -> u32 {
        check_card().await;
        let first = charge_and_write(customer, &self.books);
        if timeout(Duration::from_millis(100), first).await.is_err() {
            let books = Arc::clone(&self.books);
            let again = async move { charge_and_write(customer, &books).await };
            return self.critical.spawn(again).await.unwrap();
        }
        customer * 10
    }

    async fn shut_down(&self) {
        self.critical.close();
        self.critical.wait().await;
        info!("shut down");
    }
}

// From here on as in the solution:
// async fn check_card() {
