//! Wrong: keeps the list of seats borrowed while it waits for the bank.

use std::{cell::RefCell, collections::BTreeSet, time::Duration};

use tokio::time::sleep;
use tracing::info;

#[derive(Default)]
struct BoxOffice {
    taken: RefCell<BTreeSet<u32>>,
}

impl BoxOffice {
    async fn book(&self, seat: u32) -> u32 {
        let mut taken = self.taken.borrow_mut();
        taken.insert(seat);
        bank().await;
        seat
    }
}

// From here on as in the solution:
// async fn bank() {
