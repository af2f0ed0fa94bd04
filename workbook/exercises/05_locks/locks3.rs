//! A shop sells the last ten sneakers on the net, and a hundred people click at once. Everybody sees
//! "10 left", everybody pays, a hundred parcels are promised.
//!
//! Goal: as many are sold as there are, on however many threads, and all pay at the same time. A shoe
//! whose payment failed can be bought again, also if the customer hung up while paying; who hung up
//! is not charged. Whoever comes while all are reserved is told "sold out" at once.
//!
//! Lessons: `chapters/ch05_locks/README.md`, "Two clerks, one number"; for what comes back whatever
//! happens, `chapters/ch04_semaphores/README.md`, "A forgotten permit"

use std::{sync::Mutex, time::Duration};

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

struct Shop {
    left: Mutex<u32>,
}

#[derive(Debug, PartialEq)]
enum Refused {
    SoldOut,
    NotPaid,
}

impl Shop {
    fn new(left: u32) -> Self {
        Self {
            left: Mutex::new(left),
        }
    }

    async fn buy(&self, customer: u32) -> Result<(), Refused> {
        // TODO: nobody should decide by a number that is out of date.
        let left = *self.left.lock().unwrap();
        if left == 0 {
            return Err(Refused::SoldOut);
        }
        pay(customer).await?;
        *self.left.lock().unwrap() = left - 1;
        Ok(())
    }

    /// How many can be bought at this moment.
    fn left(&self) -> u32 {
        *self.left.lock().unwrap()
    }
}

/// Takes a second. The card of every customer whose number ends in 7 is refused. Customer 0 pays in
/// cash, and at once.
async fn pay(customer: u32) -> Result<(), Refused> {
    if customer == 0 {
        return Ok(());
    }
    async {
        sleep(Duration::from_secs(1)).await;
        if customer % 10 == 7 {
            info!("card refused");
            return Err(Refused::NotPaid);
        }
        info!("paid");
        Ok(())
    }
    .instrument(info_span!("pay", customer))
    .await
}

/// Everybody comes at once; the answer is how many are sold and how many are left.
async fn sale(left: u32, customers: std::ops::Range<u32>) -> (usize, u32) {
    let shop = Shop::new(left);
    let all = join_all(customers.map(|customer| shop.buy(customer))).await;
    let sold = all.iter().filter(|result| result.is_ok()).count();
    (sold, shop.left())
}

fn main() {
    stage::play("The last sneakers", async {
        let (sold, left) = sale(3, 1..6).await;
        info!("sold {sold} of 3, left {left}");
    });
}

#[cfg(test)]
mod tests {
    use std::{sync::Barrier, thread, time::Instant};

    use futures::executor::block_on;
    use tokio::time::timeout;

    use super::*;

    #[test]
    fn as_many_are_sold_as_there_are() {
        for stock in [1, 5, 7] {
            let (sold, left) = stage::virtual_time(sale(stock, 100..200));
            assert!(
                (sold, left) == (stock as usize, 0),
                "of {stock} pairs for a hundred customers {sold} were sold, and {left} are left"
            );
        }
    }

    #[test]
    fn all_pay_at_the_same_time() {
        let played = stage::record(sale(40, 100..107));
        let story = played.what_happened();
        let (sold, left) = played.value;
        assert!(
            (sold, left) == (7, 33),
            "seven of 40 pairs should be sold; {sold} were, and {left} are left:\n{story}"
        );
        assert!(
            played.elapsed == Duration::from_secs(1),
            "it took {:?}; nobody should wait for the payment of another:\n{story}",
            played.elapsed
        );
    }

    #[test]
    fn a_refused_card_gives_the_shoe_back() {
        let (sold, left) = stage::virtual_time(sale(10, 100..110));
        assert!(
            (sold, left) == (9, 1),
            "ten pairs, ten customers, one card refused: {sold} were sold, and {left} are left"
        );

        let played = stage::record(async {
            let shop = Shop::new(1);
            [shop.buy(7).await, shop.buy(8).await, shop.buy(9).await]
        });
        let expected = [Err(Refused::NotPaid), Ok(()), Err(Refused::SoldOut)];
        let story = played.what_happened();
        assert!(
            played.value == expected,
            "one pair, and the first customer's card is refused\n  expected: {expected:?}\n  \
             answered: {:?}\n{story}",
            played.value
        );
        assert!(
            played.elapsed == Duration::from_secs(2),
            "two paid, in {:?}: the third should be told at once, and not pay:\n{story}",
            played.elapsed
        );
    }

    #[test]
    fn who_hangs_up_gives_the_shoe_back_and_is_not_charged() {
        for patience in [0, 500] {
            let played = stage::record(async {
                let shop = Shop::new(1);
                let hung_up = timeout(Duration::from_millis(patience), shop.buy(8)).await;
                let left = shop.left();
                sleep(Duration::from_secs(5)).await;
                (hung_up.is_err(), left, shop.buy(9).await)
            });
            let paid = played.events.iter().filter(|event| event.text == "paid");
            let (hung_up, left, next) = &played.value;
            let story = played.what_happened();
            assert!(hung_up, "after {patience} ms nobody can have paid");
            assert!(
                *left == 1,
                "hung up after {patience} ms, and {left} are for sale instead of one:\n{story}"
            );
            assert!(
                *next == Ok(()) && paid.count() == 1,
                "hung up after {patience} ms: only the next customer should pay, and get the \
                 shoe; the answer was {next:?}:\n{story}"
            );
        }
    }

    #[test]
    fn while_the_last_one_is_reserved_it_is_not_for_sale() {
        stage::virtual_time(async {
            let shop = Shop::new(1);
            let second = async {
                sleep(Duration::from_millis(500)).await;
                timeout(Duration::ZERO, shop.buy(9)).await
            };
            let (first, second) = tokio::join!(shop.buy(8), second);
            assert!(
                first == Ok(()) && second == Ok(Err(Refused::SoldOut)),
                "the first should get the last pair, the second should hear \"sold out\" at once; \
                 they got {first:?} and {second:?}"
            );
        });
    }

    /// All pay in cash. For a while of real time, since what goes wrong between threads does so now and
    /// then.
    #[test]
    fn on_three_threads_no_more_are_sold() {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(300) {
            let shops: Vec<Shop> = (0..5_000).map(|_| Shop::new(1)).collect();
            let start = Barrier::new(3);
            let customer = || {
                start.wait();
                let bought = shops.iter().map(|shop| block_on(shop.buy(0)));
                bought.filter(Result::is_ok).count()
            };
            let sold: usize = thread::scope(|scope| {
                let threads = [(); 3].map(|()| scope.spawn(customer));
                threads.map(|thread| thread.join().unwrap()).iter().sum()
            });
            let left = shops.iter().filter(|shop| shop.left() > 0).count();
            assert!(
                (sold, left) == (5_000, 0),
                "three threads buy in 5000 shops with one pair each: {sold} are sold, and {left} \
                 shops have some left; is \"is there one? then it is mine\" one step, under one lock?"
            );
        }
    }
}
