//! At the desk of a library, books come back, and readers who wait are called in the order in which they came. Now and
//! then a book is gone, and nobody has it.
//!
//! Goal: a reader who gives up changes nothing for the others. Who waits in the line leaves it; who was called already
//! hands the book on to the next, or back to the desk. Who has got the book keeps it.
//!
//! Lesson: `chapters/ch12_observing/README.md`, "A test that fails once in fifty"

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures::future::{join, join_all};
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

#[derive(Default)]
struct Desk(Mutex<Inside>);

#[derive(Default)]
struct Inside {
    books: u32,
    next: u64,
    line: VecDeque<(u64, Waker)>,
}

impl Desk {
    /// A book comes back: it is for the first of the line, if there is one.
    fn give_back(&self) {
        let first = {
            let mut inside = self.inside();
            let first = inside.line.pop_front();
            inside.books += u32::from(first.is_none());
            first
        };
        if let Some((_, waker)) = first {
            waker.wake();
        }
    }

    /// Waits for a book.
    fn borrow(&self) -> Borrow<'_> {
        Borrow {
            desk: self,
            number: None,
        }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Borrow<'a> {
    desk: &'a Desk,
    /// The place in the line; who has one and is no longer there was called, and a book is kept for them.
    number: Option<u64>,
}

impl Future for Borrow<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut inside = self.desk.inside();
        if let Some(number) = self.number {
            if let Some((_, waker)) = inside.line.iter_mut().find(|(other, _)| *other == number) {
                waker.clone_from(context.waker());
                return Poll::Pending;
            }
            drop(inside);
            self.number = None;
            return Poll::Ready(());
        }
        if inside.books > 0 {
            inside.books -= 1;
            return Poll::Ready(());
        }
        let number = inside.next;
        inside.next += 1;
        inside.line.push_back((number, context.waker().clone()));
        drop(inside);
        self.number = Some(number);
        Poll::Pending
    }
}

// TODO: who gives up should change nothing for the others.

/// Six books come back, one by one; eight readers want one, and half of them give up at some time. Returns how many
/// books were got, how many lie on the desk at the end, and how many stand in the line.
async fn evening(seed: u64) -> (u32, u32, usize) {
    let mut dice = Dice(seed);
    let desk = &Desk::default();
    let readers: Vec<_> = (1..=8)
        .map(|number| {
            let (comes, patience) = (dice.seconds(20), dice.seconds(20));
            let patience = if number % 2 == 0 { 600 } else { patience };
            let reader = async move {
                sleep(Duration::from_secs(comes)).await;
                tokio::select! {
                    biased;
                    () = sleep(Duration::from_secs(patience)) => {
                        info!("gives up");
                        0
                    }
                    () = desk.borrow() => {
                        info!("has a book");
                        1
                    }
                }
            };
            reader.instrument(info_span!("reader", number))
        })
        .collect();
    let comings: Vec<_> = (0..6).map(|_| dice.seconds(8)).collect();
    let books = async {
        for seconds in comings {
            sleep(Duration::from_secs(seconds)).await;
            desk.give_back();
            info!("a book");
        }
    };
    let (got, ()) = join(join_all(readers), books.instrument(info_span!("books"))).await;
    let inside = desk.inside();
    (got.iter().sum(), inside.books, inside.line.len())
}

/// Numbers that look drawn, the same for the same seed.
struct Dice(u64);

impl Dice {
    /// From 1 to `most`.
    fn seconds(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (mixed ^ (mixed >> 27)) % most + 1
    }
}

fn main() {
    stage::play("An evening at the library", async {
        let (got, left, _) = evening(1).await;
        info!("{got} have a book, {left} lie on the desk");
    });
}

#[cfg(test)]
mod tests {
    use stage::record_within;
    use tokio_test::{assert_pending, assert_ready, task};

    use super::*;

    const HINT: &str = "Whoever does not give up waits for ten minutes.";

    #[test]
    fn who_leaves_the_line_is_not_called() {
        let desk = Desk::default();
        let mut first = task::spawn(desk.borrow());
        let mut second = task::spawn(desk.borrow());
        assert_pending!(first.poll());
        assert_pending!(second.poll());
        drop(first);
        desk.give_back();
        assert!(
            second.is_woken(),
            "the first has left the line: is the second called?"
        );
        assert_ready!(second.poll());
    }

    #[test]
    fn who_was_called_and_gives_up_hands_the_book_on() {
        let desk = Desk::default();
        let mut first = task::spawn(desk.borrow());
        let mut second = task::spawn(desk.borrow());
        assert_pending!(first.poll());
        assert_pending!(second.poll());
        desk.give_back();
        assert!(!second.is_woken(), "one book, for the first");
        drop(first);
        assert!(
            second.is_woken(),
            "the first was called, and gave up: is the second called?"
        );
        assert_ready!(second.poll());
    }

    #[test]
    fn or_back_to_the_desk() {
        let desk = Desk::default();
        let mut only = task::spawn(desk.borrow());
        assert_pending!(only.poll());
        desk.give_back();
        drop(only);
        assert_eq!(
            desk.inside().books,
            1,
            "nobody else waits: books on the desk"
        );
        assert_ready!(task::spawn(desk.borrow()).poll());
    }

    #[test]
    fn who_has_the_book_keeps_it() {
        let desk = Desk::default();
        desk.give_back();
        let mut at_once = task::spawn(desk.borrow());
        assert_ready!(at_once.poll());
        drop(at_once);
        let mut later = task::spawn(desk.borrow());
        assert_pending!(later.poll());
        desk.give_back();
        assert_ready!(later.poll());
        drop(later);
        // Has never asked.
        drop(desk.borrow());
        assert_eq!(
            desk.inside().books,
            0,
            "both books are borrowed: books on the desk"
        );
    }

    #[test]
    fn no_book_is_gone_in_500_evenings() {
        for seed in 0..500 {
            let played = record_within(Duration::from_mins(20), HINT, evening(seed));
            let (got, left, waiting) = played.value;
            assert!(
                got + left == 6 && waiting == 0,
                "seed {seed}: six books came back; {got} readers have one, {left} lie on the desk, and the line \
                 is {waiting} long when all have gone home{}",
                played.what_happened()
            );
            let in_vain = played.when("gives up").len() as u32;
            assert!(
                left == 0 || got + in_vain == 8,
                "seed {seed}: somebody waits, and {left} books lie on the desk{}",
                played.what_happened()
            );
        }
    }
}
