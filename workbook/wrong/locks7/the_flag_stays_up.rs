//! Wrong: who leaves while fetching leaves the flag behind.

use std::{cell::Cell, time::Duration};

use stage::Instrument;
use tokio::{
    sync::OnceCell,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

struct Prices {
    office: HeadOffice,
    list: Cell<Option<u32>>,
    fetching: Cell<bool>,
    done: tokio::sync::Notify,
}

#[derive(Clone, Debug, PartialEq)]
struct NoAnswer;

impl Prices {
    fn new(office: HeadOffice) -> Self {
        Self {
            office,
            list: Cell::default(),
            fetching: Cell::default(),
            done: tokio::sync::Notify::new(),
        }
    }

    async fn get(&self) -> Result<u32, NoAnswer> {
        loop {
            if let Some(list) = self.list.get() {
                return Ok(list);
            }
            if !self.fetching.replace(true) {
                let list = self.office.fetch().await;
                self.fetching.set(false);
                self.done.notify_waiters();
                self.list.set(Some(list?));
                continue;
            }
            self.done.notified().await;
        }
    }
}

// From here on as in the solution:
// /// Answers after 2.034 seconds; the first so many questions get no answer.
