//! A box at the door: a postman puts letters in, and a stream gives them out. Nobody rings the bell, so
//! whoever waits for a letter sleeps for ever.
//!
//! Goal: a task that waits for a letter is woken when one comes, and when none can come any more. It is
//! not woken for nothing, and of several that asked, the one that asked last is woken.
//!
//! Lesson: `chapters/ch08_streams/README.md`, "A stream by hand"

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures::{Stream, StreamExt};
use tokio::time::sleep;

/// What the box and the postman share.
#[derive(Default)]
struct Slot {
    letters: VecDeque<u32>,
    closed: bool,
    waker: Option<Waker>,
}

impl Stream for Letters {
    type Item = u32;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<u32>> {
        let mut slot = self.0.lock().unwrap();
        if let Some(letter) = slot.letters.pop_front() {
            return Poll::Ready(Some(letter));
        }
        if slot.closed {
            return Poll::Ready(None);
        }
        slot.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Postman {
    fn deliver(&self, letter: u32) {
        let mut slot = self.0.lock().unwrap();
        slot.letters.push_back(letter);
        if let Some(waker) = slot.waker.take() {
            waker.wake();
        }
    }
}

/// A postman who goes home will not bring anything any more.
impl Drop for Postman {
    fn drop(&mut self) {
        let mut slot = self.0.lock().unwrap();
        slot.closed = true;
        if let Some(waker) = slot.waker.take() {
            waker.wake();
        }
    }
}

/// The letters that come, until the postman goes home.
struct Letters(Arc<Mutex<Slot>>);

struct Postman(Arc<Mutex<Slot>>);

fn letter_box() -> (Postman, Letters) {
    let slot = Arc::default();
    (Postman(Arc::clone(&slot)), Letters(slot))
}

/// Brings so many letters, one after each pause, and goes home after another.
async fn morning(postman: Postman, letters: u32, pause: Duration) {
    for letter in 1..=letters {
        sleep(pause).await;
        postman.deliver(letter);
    }
    sleep(pause).await;
}

fn main() {
    stage::play("A letter box", async {
        let (postman, mut letters) = letter_box();
        let reader = async {
            // A guest who gets tired of waiting: nobody should have to.
            let tired = Duration::from_secs(9);
            while let Ok(Some(letter)) = tokio::time::timeout(tired, letters.next()).await {
                tracing::info!("letter {letter}");
            }
        };
        tokio::join!(morning(postman, 3, Duration::from_secs(1)), reader);
    });
}

#[cfg(test)]
mod tests {
    use stage::Instrument;
    use tokio_test::{assert_pending, assert_ready_eq, task};
    use tracing::info_span;

    use super::*;

    #[test]
    fn letters_are_read_when_they_come() {
        for letters in [0, 1, 40] {
            let pause = Duration::from_secs(1);
            let played = stage::record(async {
                let (postman, reader) = letter_box();
                let reader = async move {
                    let start = tokio::time::Instant::now();
                    let reader =
                        reader.map(|letter| (u64::from(letter), start.elapsed().as_secs()));
                    (reader.collect::<Vec<_>>().await, start.elapsed())
                };
                let reader = tokio::spawn(reader.instrument(info_span!("reader")));
                tokio::spawn(morning(postman, letters, pause));
                reader.await.unwrap()
            });
            let (read, ended) = &played.value;
            let expected: Vec<_> = (1..=u64::from(letters)).map(|at| (at, at)).collect();
            assert_eq!(read, &expected, "(letter, second)");
            assert_eq!(*ended, pause * (letters + 1), "the postman has gone home");
            let (woken, most) = (played.lane("reader").polls, u64::from(letters) + 2);
            assert!(
                woken <= most,
                "{letters} letters came, and the reader was woken {woken} times"
            );
        }
    }

    #[test]
    fn nobody_is_woken_for_nothing() {
        let (postman, letters) = letter_box();
        let mut letters = task::spawn(letters);
        assert_pending!(letters.poll_next());
        assert!(!letters.is_woken(), "woken, and there is no letter yet");
        postman.deliver(7);
        assert!(
            letters.is_woken(),
            "a letter has come, and the task that asked for one was not woken"
        );
        assert_ready_eq!(letters.poll_next(), Some(7));
        assert_pending!(letters.poll_next());
        drop(postman);
        assert!(
            letters.is_woken(),
            "the postman has gone home, and the task that waits for a letter was not woken"
        );
        assert_ready_eq!(letters.poll_next(), None);
        assert_ready_eq!(letters.poll_next(), None);
    }

    #[test]
    fn who_asked_last_is_woken() {
        let (postman, mut letters) = letter_box();
        let mut first = task::spawn(());
        let mut second = task::spawn(());
        first.enter(|context, _| assert_pending!(letters.poll_next_unpin(context)));
        second.enter(|context, _| assert_pending!(letters.poll_next_unpin(context)));
        postman.deliver(7);
        assert!(
            second.is_woken(),
            "two tasks have asked, a letter has come, and the one that asked last was not woken"
        );
    }

    #[test]
    fn a_letter_between_two_questions_is_not_missed() {
        let (postman, letters) = letter_box();
        let mut letters = task::spawn(letters);
        postman.deliver(1);
        postman.deliver(2);
        drop(postman);
        assert_ready_eq!(letters.poll_next(), Some(1));
        assert_ready_eq!(letters.poll_next(), Some(2));
        assert_ready_eq!(letters.poll_next(), None);
    }
}
