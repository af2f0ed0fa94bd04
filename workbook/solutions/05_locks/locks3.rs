//! A shop sells the last ten sneakers on the net, and a hundred people click at once. Everybody sees
//! "10 left", everybody pays, a hundred parcels are promised.
//!
//! Goal: as many are sold as there are, and all pay at the same time. A shoe whose payment failed
//! can be bought again, also if the customer hung up while paying. Whoever comes while all are
//! reserved is told "sold out" at once.
//!
//! Lesson: `chapters/ch05_locks/README.md`, "Two clerks, one number"

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
    async fn buy(&self, customer: u32) -> Result<(), Refused> {
        // Check and change happen under one lock; no await is in between.
        let reserved = self.reserve()?;
        pay(customer).await?;
        reserved.sold();
        Ok(())
    }

    fn reserve(&self) -> Result<Reserved<'_>, Refused> {
        let mut left = self.left.lock().unwrap();
        *left = left.checked_sub(1).ok_or(Refused::SoldOut)?;
        Ok(Reserved { shop: self })
    }
}

/// One shoe, which goes back when this is dropped.
struct Reserved<'a> {
    shop: &'a Shop,
}

impl Reserved<'_> {
    fn sold(self) {
        std::mem::forget(self);
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        *self.shop.left.lock().unwrap() += 1;
    }
}

/// Takes a second. The card of every customer whose number ends in 7 is refused.
async fn pay(customer: u32) -> Result<(), Refused> {
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

async fn sale(left: u32, customers: std::ops::Range<u32>) -> (usize, u32) {
    let shop = Shop {
        left: Mutex::new(left),
    };
    let all = join_all(customers.map(|customer| shop.buy(customer))).await;
    let sold = all.iter().filter(|result| result.is_ok()).count();
    (sold, *shop.left.lock().unwrap())
}

fn main() {
    stage::play("The last sneakers", async {
        let (sold, left) = sale(3, 0..5).await;
        info!("sold {sold} of 3, left {left}");
    });
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    #[test]
    fn as_many_are_sold_as_there_are() {
        for stock in [1, 5, 7] {
            let played = stage::record(sale(stock, 100..200));
            assert_eq!(
                played.value,
                (usize::try_from(stock).unwrap(), 0),
                "(sold, left) of {stock}"
            );
        }
    }

    #[test]
    fn all_pay_at_the_same_time() {
        let played = stage::record(sale(40, 100..107));
        assert_eq!(played.value, (7, 33));
        assert_eq!(
            played.elapsed,
            Duration::from_secs(1),
            "nobody should wait for the payment of another customer"
        );
    }

    #[test]
    fn a_refused_card_gives_the_shoe_back() {
        let played = stage::record(sale(10, 100..110));
        assert_eq!(played.value, (9, 1), "(sold, left)");

        let played = stage::record(async {
            let shop = Shop {
                left: Mutex::new(1),
            };
            let first = shop.buy(7).await;
            let second = shop.buy(8).await;
            let third = shop.buy(9).await;
            (first, second, third)
        });
        assert_eq!(
            played.value,
            (Err(Refused::NotPaid), Ok(()), Err(Refused::SoldOut))
        );
        assert_eq!(
            played.elapsed,
            Duration::from_secs(2),
            "sold out: nobody pays"
        );
    }

    #[test]
    fn who_hangs_up_gives_the_shoe_back() {
        for patience in [0, 500] {
            stage::virtual_time(async {
                let shop = Shop {
                    left: Mutex::new(1),
                };
                let patience = Duration::from_millis(patience);
                timeout(patience, shop.buy(8)).await.unwrap_err();
                assert_eq!(
                    *shop.left.lock().unwrap(),
                    1,
                    "the shoe is neither sold nor for sale"
                );
                assert_eq!(shop.buy(9).await, Ok(()));
            });
        }
    }

    #[test]
    fn while_the_last_one_is_reserved_it_is_not_for_sale() {
        stage::virtual_time(async {
            let shop = Shop {
                left: Mutex::new(1),
            };
            let second = async {
                sleep(Duration::from_millis(500)).await;
                timeout(Duration::ZERO, shop.buy(9)).await
            };
            let (first, second) = tokio::join!(shop.buy(8), second);
            assert_eq!((first, second), (Ok(()), Ok(Err(Refused::SoldOut))));
        });
    }
}
