//! Right: the flag is taken down and the bell rung however the fetch ends.

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

struct Fetching<'a>(&'a Prices);

impl Drop for Fetching<'_> {
    fn drop(&mut self) {
        self.0.fetching.set(false);
        self.0.done.notify_waiters();
    }
}

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
            if self.fetching.replace(true) {
                self.done.notified().await;
                continue;
            }
            let _done = Fetching(self);
            let list = self.office.fetch().await?;
            self.list.set(Some(list));
            return Ok(list);
        }
    }
}

// From here on as in the solution:
// /// Answers after 2.034 seconds; the first so many questions get no answer.
