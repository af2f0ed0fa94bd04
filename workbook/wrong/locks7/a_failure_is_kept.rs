//! Wrong: the cell keeps whatever the first question brought.

use std::{cell::Cell, time::Duration};

use stage::Instrument;
use tokio::{
    sync::OnceCell,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

struct Prices {
    office: HeadOffice,
    list: OnceCell<Result<u32, NoAnswer>>,
}

#[derive(Clone, Debug, PartialEq)]
struct NoAnswer;

impl Prices {
    fn new(office: HeadOffice) -> Self {
        Self {
            office,
            list: OnceCell::new(),
        }
    }

    async fn get(&self) -> Result<u32, NoAnswer> {
        let list = self.list.get_or_init(|| self.office.fetch()).await;
        list.clone()
    }
}

// From here on as in the solution:
// /// Answers after 2.034 seconds; the first so many questions get no answer.
