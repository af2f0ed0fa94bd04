//! Wrong: taken by the call all the same, and given back by a guard if nobody wants it.

use std::{cell::RefCell, collections::BTreeSet, time::Duration};

use tokio::time::sleep;
use tracing::info;

#[derive(Default)]
struct BoxOffice {
    taken: RefCell<BTreeSet<u32>>,
}

impl BoxOffice {
    fn book(&self, seat: u32) -> impl Future<Output = u32> {
        self.taken.borrow_mut().insert(seat);
        let mut guard = GivesBack {
            office: self,
            seat,
            paid: false,
        };
        async move {
            bank().await;
            guard.paid = true;
            seat
        }
    }
}

struct GivesBack<'a> {
    office: &'a BoxOffice,
    seat: u32,
    paid: bool,
}

impl Drop for GivesBack<'_> {
    fn drop(&mut self) {
        if !self.paid {
            self.office.taken.borrow_mut().remove(&self.seat);
        }
    }
}

// From here on as in the solution:
// async fn bank() {
