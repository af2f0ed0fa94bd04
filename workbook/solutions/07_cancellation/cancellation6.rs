//! A web shop checks the card (1 s), and then charges it and writes the order down (2 s). If the
//! customer closes the page in the middle of the second part, the money is gone and the order was
//! never written. It must be completed, whoever has left, also when the shop is being shut down.
//!
//! Goal: what is charged is written, always. Who leaves while the card is checked pays nothing. Who
//! stays gets the number of the order. `shut_down` returns when the last order is written.
//!
//! Lesson: `chapters/ch07_cancellation/README.md`, "Shielding a critical step"

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use stage::Instrument;
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;
use tracing::{info, info_span};

#[derive(Clone, Default)]
struct Shop {
    books: Arc<Mutex<Books>>,
    /// Owns the orders that must be completed, whoever waits for them.
    critical: TaskTracker,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Books {
    charged: Vec<u32>,
    written: Vec<u32>,
}

impl Shop {
    /// The number of the order.
    async fn buy(&self, customer: u32) -> u32 {
        check_card().await;
        let books = Arc::clone(&self.books);
        let critical = async move { charge_and_write(customer, &books).await };
        let order = self.critical.spawn(critical);
        order.await.expect("charging does not panic")
    }

    async fn shut_down(&self) {
        self.critical.close();
        self.critical.wait().await;
        info!("shut down");
    }
}

async fn check_card() {
    sleep(Duration::from_secs(1)).await;
}

async fn charge_and_write(customer: u32, books: &Mutex<Books>) -> u32 {
    async {
        books.lock().unwrap().charged.push(customer);
        info!("charged");
        sleep(Duration::from_secs(2)).await;
        books.lock().unwrap().written.push(customer);
        info!("written");
        customer * 10
    }
    .instrument(info_span!("order", customer))
    .await
}

/// Customers with so much patience, in milliseconds; the shop is shut down when they are gone.
async fn day(patience: &[u64]) -> (Vec<Option<u32>>, Books) {
    let shop = Shop::default();
    let customers = (1..).zip(patience).map(|(customer, &millis)| {
        let shop = shop.clone();
        async move {
            let buying = shop.buy(customer);
            timeout(Duration::from_millis(millis), buying).await.ok()
        }
    });
    let orders = futures::future::join_all(customers).await;
    info!("all customers are gone");
    let shutting_down = shop.shut_down().instrument(info_span!("shutting down"));
    shutting_down.await;
    // The runtime ends here, and all tasks with it.
    let books = shop.books.lock().unwrap().clone();
    (orders, books)
}

fn main() {
    stage::play("A web shop", async {
        let (orders, books) = day(&[500, 1_500, 2_000]).await;
        info!("{orders:?}, {books:?}");
    });
}

#[cfg(test)]
mod tests {
    use stage::{Outcome, Recording, ms};

    use super::*;

    type Played = Recording<(Vec<Option<u32>>, Books)>;

    fn play(patience: &[u64]) -> (Played, String) {
        let played = stage::record(day(patience));
        let happened = played.what_happened();
        let polls = played.lane("shutting down").polls;
        assert!(
            polls <= 3 + patience.len() as u64,
            "shutting down was polled {polls} times for {} customers: it looks again and again \
             instead of waiting to be woken{happened}",
            patience.len()
        );
        (played, happened)
    }

    #[test]
    fn what_is_charged_is_written() {
        for patience in [[999, 1_500, 5_000], [1_001, 2_999, 2_000], [10, 1_200, 0]] {
            let (played, happened) = play(&patience);
            let (orders, books) = &played.value;

            let stayed = (1..)
                .zip(patience)
                .filter(|&(_, patience)| patience > 1_000);
            let stayed: Vec<u32> = stayed.map(|(customer, _)| customer).collect();
            let Books { charged, written } = books;
            assert!(
                *charged == stayed,
                "who stayed until the card was checked, and nobody else, is charged once\n  \
                 expected: {stayed:?}\n  it was:   {charged:?}{happened}"
            );
            assert!(
                written == charged,
                "what is charged should be written\n  \
                 charged: {charged:?}\n  written: {written:?}{happened}"
            );
            for lane in &played.lanes {
                let label = &lane.label;
                assert!(
                    lane.outcome == Outcome::Finished,
                    "'{label}' was cut off in the middle{happened}"
                );
            }
            for ((customer, patience), &order) in (1..).zip(patience).zip(orders) {
                let expected = (patience >= 3_000).then_some(customer * 10);
                assert!(
                    order == expected,
                    "customer {customer}, who waits for {patience} ms, should get {expected:?}, and \
                     got {order:?}{happened}"
                );
            }
        }
    }

    #[test]
    fn who_stays_waits_until_it_is_written() {
        let (played, happened) = play(&[60_000]);
        let (orders, took) = (&played.value.0, played.elapsed);
        assert!(
            *orders == [Some(10)] && took == ms(3_000),
            "who stays should get order 10 after 3 s, and got {orders:?} after {took:?}{happened}"
        );
    }

    #[test]
    fn the_shop_is_shut_down_when_the_last_order_is_written() {
        for (patience, done) in [(1_500, 3_000), (2_900, 3_000), (900, 900)] {
            let (played, happened) = play(&[patience]);
            let shut = played.when("shut down");
            assert!(
                shut == [ms(done)],
                "the customer left after {patience} ms: the shop should be shut down once, at {:?}, \
                 and was at {shut:?}{happened}",
                ms(done)
            );
        }
    }
}
