//! Wrong: `wait` waits until the tracker is closed and empty; it is never closed.

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
        let books = Arc::clone(&self.books);
        let critical = async move { charge_and_write(customer, &books).await };
        self.critical.spawn(critical).await.unwrap()
    }

    async fn shut_down(&self) {
        self.critical.wait().await;
        info!("shut down");
    }
}

// From here on as in the solution:
// async fn check_card() {
