//! Wrong: never gives the clock a chance: it spins for ever.

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
}

#[derive(Clone, Debug, PartialEq)]
struct NoAnswer;

/// Takes the flag down, however the fetch ends.
struct Fetching<'a>(&'a Cell<bool>);

impl Drop for Fetching<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl Prices {
    fn new(office: HeadOffice) -> Self {
        Self {
            office,
            list: Cell::default(),
            fetching: Cell::default(),
        }
    }

    async fn get(&self) -> Result<u32, NoAnswer> {
        loop {
            if let Some(list) = self.list.get() {
                return Ok(list);
            }
            if !self.fetching.replace(true) {
                let _done = Fetching(&self.fetching);
                let list = self.office.fetch().await?;
                self.list.set(Some(list));
                return Ok(list);
            }
            tokio::task::yield_now().await;
        }
    }
}

// From here on as in the solution:
// /// Answers after 2.034 seconds; the first so many questions get no answer.
