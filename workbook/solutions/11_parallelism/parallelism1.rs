//! In the evening a bakery asks its shops for what they have taken. An answer needs a second or more. Then it
//! adds up its own books, for three seconds. With four shops that is seven seconds, one after the other.
//!
//! Goal: all shops are asked at once, at the very beginning, and the books are added up while they answer. So
//! with four shops it is three seconds in all. The books are an `Rc`: they cannot go to another thread.
//!
//! Lesson: `chapters/ch11_parallelism/README.md`, "Four ways to do many things"

use std::{rc::Rc, time::Duration};

use stage::{Instrument, block_for};
use tokio::time::sleep;
use tracing::{info, info_span};

/// A shop and how long it takes to answer.
type Shop = (u32, Duration);

/// What was spent, item by item.
type Books = Rc<[u32]>;

async fn evening(shops: Vec<Shop>, books: Books) -> u32 {
    let answers: tokio::task::JoinSet<u32> = shops.into_iter().map(ask).collect();
    // A task has its first poll when this one gives way, and asks then.
    tokio::task::yield_now().await;
    let spent = add_up(&books);
    let taken: u32 = answers.join_all().await.into_iter().sum();
    taken - spent
}

/// What a shop has taken.
async fn ask((shop, takes): Shop) -> u32 {
    async {
        info!("asked");
        sleep(takes).await;
        100 + shop
    }
    .instrument(info_span!("shop", shop))
    .await
}

/// What was spent. Computes for three seconds.
fn add_up(books: &Books) -> u32 {
    info_span!("books").in_scope(|| {
        block_for(Duration::from_secs(3));
        books.iter().sum()
    })
}

fn main() {
    stage::play("A bakery in the evening", async {
        let shops = (1..=4).map(|shop| (shop, Duration::from_secs(1)));
        let earned = evening(shops.collect(), [150, 50].into()).await;
        info!("earned {earned}");
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(answers: &[u64]) -> stage::Recording<u32> {
        let shops: Vec<Shop> = (1..)
            .zip(answers)
            .map(|(shop, &takes)| (shop, Duration::from_secs(takes)))
            .collect();
        let earned: u32 = shops.iter().map(|(shop, _)| 100 + shop).sum::<u32>() - 200;
        let played = stage::record_within(
            Duration::from_mins(1),
            "The evening is over in less than a minute.",
            evening(shops, [150, 50].into()),
        );
        assert_eq!(
            played.value,
            earned,
            "what was taken, without what was spent{}",
            played.what_happened()
        );
        let books = played.lanes.iter().filter(|lane| lane.label == "books");
        let books: Vec<Duration> = books.map(stage::Lane::running).collect();
        assert!(
            books == [Duration::from_secs(3)],
            "the books should be added up once, on this thread: {books:?}{}",
            played.what_happened()
        );
        played
    }

    #[test]
    fn all_shops_are_asked_at_the_beginning() {
        for answers in [&[1; 4][..], &[1, 2, 3, 4, 5, 6, 7], &[2, 2]] {
            let played = with(answers);
            let asked = played.when("asked");
            assert!(
                asked.len() == answers.len() && asked.iter().all(Duration::is_zero),
                "{} shops should be asked at 0 s each, and were asked at {asked:?}{}",
                answers.len(),
                played.what_happened()
            );
        }
    }

    #[test]
    fn the_books_are_added_up_meanwhile() {
        for (answers, seconds) in [
            (&[1; 4][..], 3),
            (&[5, 1], 5),
            (&[3, 3, 3], 3),
            (&[4, 6, 4], 6),
        ] {
            let played = with(answers);
            assert!(
                played.elapsed == Duration::from_secs(seconds),
                "books for 3 s and answers after {answers:?} s are {seconds} s together, not {:?}{}",
                played.elapsed,
                played.what_happened()
            );
        }
    }
}
