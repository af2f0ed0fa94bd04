//! Wrong: who has waited for the lock does not look again.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use stage::Instrument;
use tokio::{
    sync::OnceCell,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

struct Prices {
    office: HeadOffice,
    list: RefCell<Option<u32>>,
    turn: tokio::sync::Mutex<()>,
}

#[derive(Clone, Debug, PartialEq)]
struct NoAnswer;

impl Prices {
    fn new(office: HeadOffice) -> Self {
        Self {
            office,
            list: RefCell::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    async fn get(&self) -> Result<u32, NoAnswer> {
        if let Some(list) = *self.list.borrow() {
            return Ok(list);
        }
        let _turn = self.turn.lock().await;
        let list = self.office.fetch().await?;
        *self.list.borrow_mut() = Some(list);
        Ok(list)
    }
}

// From here on as in the solution:
// /// Answers after 2.034 seconds; the first so many questions get no answer.
