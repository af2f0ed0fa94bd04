//! Wrong: right for the seat of one test.

use std::{cell::RefCell, collections::BTreeSet, time::Duration};

use tokio::time::sleep;
use tracing::info;

#[derive(Default)]
struct BoxOffice {
    taken: RefCell<BTreeSet<u32>>,
}

impl BoxOffice {
    async fn book(&self, seat: u32) -> u32 {
        self.taken.borrow_mut().insert(seat);
        bank().await;
        7
    }
}

// From here on as in the solution:
// async fn bank() {
