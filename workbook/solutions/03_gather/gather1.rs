//! A bookshop shows what other shops ask for the same book. The more shops, the longer the reader
//! waits: they are asked one by one.
//!
//! Goal: ask all of them at the same time, however many there are; prices in the order of the list.
//!
//! Lesson: `chapters/ch03_gather/README.md`, "A trip: all of them, in order"

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// A shop's name, the seconds it needs to answer, and its price.
type Shop = (&'static str, u64, u32);

async fn prices(shops: &[Shop]) -> Vec<u32> {
    futures::future::join_all(shops.iter().map(|&shop| ask(shop))).await
}

async fn ask((shop, seconds, price): Shop) -> u32 {
    async {
        sleep(Duration::from_secs(seconds)).await;
        info!("{price} euros");
        price
    }
    .instrument(info_span!("shop", shop))
    .await
}

fn main() {
    let shops = [("Corner", 2, 24), ("Station", 1, 29), ("Harbour", 1, 21)];
    stage::play("Prices of a book", prices(&shops));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(shops: &[Shop]) {
        let played = stage::record(prices(shops));
        let timeline = stage::timeline_of(&played, 100);
        let (asked, count) = (played.lanes.len(), shops.len());
        assert!(
            asked == count,
            "each of the {count} shops should be asked once, and {asked} were asked:\n{timeline}"
        );
        let (shown, listed) = (played.value, shops.iter().map(|shop| shop.2));
        let listed: Vec<u32> = listed.collect();
        assert!(
            shown == listed,
            "the prices should stand in the order of the list, whoever answers first\n  \
             expected: {listed:?}\n  it was:   {shown:?}\n{timeline}"
        );
        let slowest = shops.iter().map(|shop| shop.1).max().unwrap_or(0);
        let (took, slowest) = (played.elapsed, Duration::from_secs(slowest));
        assert!(
            took == slowest,
            "{count} shops should take {slowest:?}, as long as the slowest one, and took {took:?}: \
             are all of them asked at the same time?\n{timeline}"
        );
    }

    #[test]
    fn all_shops_are_asked_at_once() {
        let shops = [
            ("Corner", 3, 24),
            ("Station", 1, 29),
            ("Harbour", 2, 21),
            ("Castle", 1, 27),
            ("Mill", 4, 22),
        ];
        for count in 0..=shops.len() {
            check(&shops[..count]);
        }
    }

    #[test]
    fn however_many_there_are() {
        let shops: Vec<_> = (0..40).map(|n| ("Shop", 1 + n % 7, n as u32)).collect();
        check(&shops);
    }
}
