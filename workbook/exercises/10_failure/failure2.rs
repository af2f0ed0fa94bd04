//! A hungry guest orders a pizza over a bad line. The app asks again until it hears a number, and three pizzas come.
//! Or one comes for a guest who has left long ago.
//!
//! Goal: five tries at most, each given up after 10 s, with 20 s between two tries. However many of them arrive, one
//! pizza is made. Before each try the app looks whether the guest is still there. If not, or if there is no
//! answer to five tries, it calls the pizza off (`call_off` always gets through) and says why: nobody may have
//! to eat it.
//!
//! Lesson: `chapters/ch10_failure/README.md`, "A payment: what if it did happen?"

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    future::pending,
    time::Duration,
};

use stage::Instrument;
use tokio::time::{sleep, timeout};
use tracing::{info, info_span};

/// Why there is no pizza.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Off {
    GuestLeft,
    NoAnswer,
}

/// The number of the pizza that will come.
async fn order(pizzeria: &Pizzeria, guest: &Guest) -> Result<u32, Off> {
    // TODO: one pizza, and only for somebody who is there.
    for pause in [0, 20, 20, 20, 20] {
        sleep(Duration::from_secs(pause)).await;
        let order = pizzeria.order(pizzeria.new_key());
        if let Ok(number) = timeout(Duration::from_secs(10), order).await {
            return Ok(number);
        }
        info!("no answer");
    }
    Err(if guest.has_left() {
        Off::GuestLeft
    } else {
        Off::NoAnswer
    })
}

/// Names one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key(u32);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Line {
    Good,
    QuestionLost,
    AnswerLost,
}

/// A pizzeria that hears each order over the next of these lines; after them, the line is good.
struct Pizzeria {
    lines: RefCell<Vec<Line>>,
    keys: Cell<u32>,
    pizzas: RefCell<BTreeMap<Key, u32>>,
    called_off: RefCell<BTreeSet<Key>>,
}

impl Pizzeria {
    fn behind(lines: &[Line]) -> Self {
        Self {
            lines: RefCell::new(lines.iter().rev().copied().collect()),
            keys: Cell::new(0),
            pizzas: RefCell::default(),
            called_off: RefCell::default(),
        }
    }

    /// A key that nobody has used.
    fn new_key(&self) -> Key {
        self.keys.set(self.keys.get() + 1);
        Key(self.keys.get())
    }

    /// Orders a pizza, unless there is one under this key already: then it is that one's number.
    async fn order(&self, key: Key) -> u32 {
        async {
            let line = self.lines.borrow_mut().pop().unwrap_or(Line::Good);
            if line == Line::QuestionLost {
                pending::<()>().await;
            }
            sleep(Duration::from_secs(2)).await;
            let number = self.bake(key);
            info!("pizza {number}");
            if line == Line::AnswerLost {
                pending::<()>().await;
            }
            number
        }
        .instrument(info_span!("order", key = key.0))
        .await
    }

    fn bake(&self, key: Key) -> u32 {
        let mut pizzas = self.pizzas.borrow_mut();
        let next = pizzas.len() as u32 + 1;
        *pizzas.entry(key).or_insert(next)
    }

    /// No pizza under this key, also if one was ordered.
    async fn call_off(&self, key: Key) {
        sleep(Duration::from_secs(2)).await;
        info!("{key:?} is called off");
        self.called_off.borrow_mut().insert(key);
    }

    /// How many will be made.
    fn made(&self) -> usize {
        let called_off = self.called_off.borrow();
        let pizzas = self.pizzas.borrow();
        pizzas
            .keys()
            .filter(|key| !called_off.contains(key))
            .count()
    }
}

/// Somebody who is there for so long.
struct Guest {
    leaves: tokio::time::Instant,
}

impl Guest {
    fn staying(time: Duration) -> Self {
        let leaves = tokio::time::Instant::now() + time;
        Self { leaves }
    }

    fn has_left(&self) -> bool {
        tokio::time::Instant::now() >= self.leaves
    }
}

fn main() {
    stage::play("A pizza", async {
        let pizzeria = Pizzeria::behind(&[Line::AnswerLost, Line::AnswerLost]);
        let guest = Guest::staying(Duration::from_mins(10));
        let ordered = order(&pizzeria, &guest).await;
        info!("{ordered:?}, {} pizzas", pizzeria.made());
    });
}

#[cfg(test)]
mod tests {
    use super::Line::{AnswerLost, Good, QuestionLost};
    use super::*;

    const HINT: &str = "Five tries and their pauses take less than three minutes.";

    fn check(lines: &[Line], stays: u64, expected: Result<u32, Off>, tries: usize, over: u64) {
        let played = stage::record_within(Duration::from_mins(10), HINT, async {
            let pizzeria = Pizzeria::behind(lines);
            let guest = Guest::staying(Duration::from_secs(stays));
            let ordered = order(&pizzeria, &guest).await;
            (ordered, pizzeria.made())
        });
        let pizzas = usize::from(expected.is_ok());
        let orders = played
            .lanes
            .iter()
            .filter(|lane| lane.label.starts_with("order"));
        let seen = (played.value, orders.count(), played.elapsed.as_secs());
        let wanted = ((expected, pizzas), tries, over);
        assert!(
            seen == wanted,
            "lines {lines:?}, and a guest who stays for {stays} s: the answer and the pizzas, the tries, and when \
             it is over (s) should be\n  {wanted:?}, and were\n  {seen:?}{}",
            played.what_happened()
        );
    }

    #[test]
    fn a_good_line_brings_a_pizza() {
        check(&[], 999, Ok(1), 1, 2);
    }

    #[test]
    fn a_lost_question_is_asked_again() {
        check(&[QuestionLost], 999, Ok(1), 2, 32);
        check(&[QuestionLost; 4], 999, Ok(1), 5, 122);
    }

    #[test]
    fn a_lost_answer_does_not_make_a_second_pizza() {
        check(&[AnswerLost], 999, Ok(1), 2, 32);
        check(&[AnswerLost, QuestionLost, AnswerLost], 999, Ok(1), 4, 92);
    }

    #[test]
    fn nothing_is_ordered_for_a_guest_who_has_left() {
        // At 30 s, before the second try, and at 60 s, before the third.
        for lost in [QuestionLost, AnswerLost] {
            check(&[lost, Good], 25, Err(Off::GuestLeft), 1, 32);
            check(&[lost, lost, Good], 60, Err(Off::GuestLeft), 2, 62);
            check(&[lost, Good], 31, Ok(1), 2, 32);
        }
    }

    #[test]
    fn after_five_tries_without_an_answer_it_is_called_off() {
        for lost in [QuestionLost, AnswerLost] {
            check(&[lost; 9], 3_600, Err(Off::NoAnswer), 5, 132);
        }
    }
}
