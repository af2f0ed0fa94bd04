//! Wrong: polling.

use std::{cell::Cell, time::Duration};

use stage::Instrument;
use tokio::{
    sync::OnceCell,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

struct Prices {
    office: HeadOffice,
    list: tokio::sync::Mutex<Option<u32>>,
}

#[derive(Clone, Debug, PartialEq)]
struct NoAnswer;

impl Prices {
    fn new(office: HeadOffice) -> Self {
        Self {
            office,
            list: tokio::sync::Mutex::default(),
        }
    }

    async fn get(&self) -> Result<u32, NoAnswer> {
        loop {
            if let Ok(mut list) = self.list.try_lock() {
                if let Some(list) = *list {
                    return Ok(list);
                }
                let fetched = self.office.fetch().await?;
                *list = Some(fetched);
                return Ok(fetched);
            }
            sleep(Duration::from_millis(17)).await;
        }
    }
}

// From here on as in the solution:
// /// Answers after 2.034 seconds; the first so many questions get no answer.
