//! A box office: customers put seats into their basket, change their minds and leave. Seats
//! that nobody ever paid for are marked as taken all the same.
//!
//! Goal: calling `book` only makes a plan. The seat is taken when the plan begins to run, and the
//! plan is done two seconds later, when the bank has answered. A plan that is thrown away
//! unused leaves no trace.
//!
//! Lesson: `chapters/ch01_await/README.md`, "A call does nothing"

use std::{cell::RefCell, collections::BTreeSet, time::Duration};

use tokio::time::sleep;
use tracing::info;

#[derive(Default)]
struct BoxOffice {
    taken: RefCell<BTreeSet<u32>>,
}

impl BoxOffice {
    /// Takes a seat and pays for it; the value is the number on the ticket.
    async fn book(&self, seat: u32) -> u32 {
        self.taken.borrow_mut().insert(seat);
        bank().await;
        seat
    }
}

async fn bank() {
    sleep(Duration::from_secs(2)).await;
}

fn main() {
    stage::play("At the box office", async {
        let office = BoxOffice::default();
        let changed_their_mind = office.book(1);
        let ticket = office.book(2).await;
        drop(changed_their_mind);
        info!("sold {ticket}, taken {:?}", office.taken.borrow());
    });
}

#[cfg(test)]
mod tests {
    use tokio_test::{assert_pending, assert_ready_eq, task};

    use super::*;

    fn is_taken(office: &BoxOffice, seat: u32) -> bool {
        let taken = office.taken.try_borrow();
        taken
            .expect(
                "while a booking waits, it keeps the list of seats borrowed: nobody else can look",
            )
            .contains(&seat)
    }

    #[test]
    fn a_plan_that_is_thrown_away_takes_no_seat() {
        stage::virtual_time(async {
            let office = BoxOffice::default();
            drop(office.book(7));
            assert!(
                !is_taken(&office, 7),
                "nobody awaited the booking, and yet a seat is taken"
            );
        });
    }

    #[test]
    fn the_first_poll_takes_the_seat_and_the_bank_ends_it() {
        stage::virtual_time(async {
            for seat in [7, 12] {
                let office = BoxOffice::default();
                let mut booking = task::spawn(office.book(seat));
                assert!(!is_taken(&office, seat), "taken, and not polled yet");

                assert_pending!(booking.poll(), "the bank needs two seconds");
                assert!(is_taken(&office, seat), "polled, and not taken yet");

                sleep(Duration::from_millis(1_999)).await;
                assert!(
                    !booking.is_woken(),
                    "it wants to be polled before the bank has answered"
                );
                sleep(Duration::from_millis(2)).await;
                assert!(
                    booking.is_woken(),
                    "the bank has answered, and nobody woke it"
                );
                assert_ready_eq!(booking.poll(), seat);
                assert!(is_taken(&office, seat), "sold, and not taken any more");
            }
        });
    }

    #[test]
    fn two_customers_need_not_wait_for_each_other() {
        let played = stage::record(async {
            let office = BoxOffice::default();
            tokio::join!(office.book(1), office.book(2))
        });
        assert_eq!(played.value, (1, 2), "the numbers on the tickets");
        assert!(
            played.elapsed == Duration::from_secs(2),
            "two bookings at the same time took {:?}; the bank needs 2 s",
            played.elapsed
        );
    }
}
