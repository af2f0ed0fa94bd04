//! A kitchen has one clock and many egg timers. Each egg asks "is it time?", all the time, and the cook does nothing but
//! answer them.
//!
//! Goal: an egg that is asked too early leaves its waker with the clock, and is not heard of until `advance` reaches its
//! minute. `next` tells the earliest minute for which an egg waits, so that the cook may sleep until then. An egg that is
//! dropped waits for nothing any more.
//!
//! Lesson: `chapters/ch14_executor/README.md`, "A thousand hours of patience: time"

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

#[derive(Clone, Default)]
struct Clock(Arc<Mutex<Minutes>>);

#[derive(Default)]
struct Minutes {
    now: u64,
    /// By minute, and by the order in which they came.
    waiting: BTreeMap<(u64, u64), Waker>,
    eggs: u64,
}

impl Clock {
    /// An egg that is done so many minutes from now.
    fn egg(&self, minutes: u64) -> Egg {
        let mut all = self.0.lock().unwrap();
        all.eggs += 1;
        let done = (all.now + minutes, all.eggs);
        let clock = self.clone();
        Egg { clock, done }
    }

    /// The earliest minute for which an egg waits.
    fn next(&self) -> Option<u64> {
        let minutes = self.0.lock().unwrap();
        minutes.waiting.keys().next().map(|(minute, _)| *minute)
    }

    /// So many minutes pass. Eggs that are done are told so, the earliest first.
    fn advance(&self, minutes: u64) {
        let done = {
            let mut all = self.0.lock().unwrap();
            all.now += minutes;
            let now = all.now;
            let later = all.waiting.split_off(&(now + 1, 0));
            std::mem::replace(&mut all.waiting, later)
        };
        done.into_values().for_each(Waker::wake);
    }
}

struct Egg {
    clock: Clock,
    /// The minute, and its number.
    done: (u64, u64),
}

impl Drop for Egg {
    fn drop(&mut self) {
        self.clock.0.lock().unwrap().waiting.remove(&self.done);
    }
}

impl Future for Egg {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut minutes = self.clock.0.lock().unwrap();
        if minutes.now >= self.done.0 {
            return Poll::Ready(());
        }
        minutes.waiting.insert(self.done, context.waker().clone());
        Poll::Pending
    }
}

fn main() {
    let clock = Clock::default();
    let _eggs = [clock.egg(4), clock.egg(7)];
    println!("the cook may sleep until {:?}", clock.next());
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        sync::mpsc,
        task::{Wake, Waker},
    };

    use tokio_test::{assert_pending, assert_ready, task};

    use super::*;

    #[test]
    fn an_egg_is_told_when_it_is_done_and_not_before() {
        let clock = Clock::default();
        let mut egg = task::spawn(clock.egg(4));
        assert_pending!(egg.poll());
        assert!(!egg.is_woken(), "it was asked just now: nothing to tell");
        clock.advance(3);
        assert!(
            !egg.is_woken(),
            "the egg needs 4 minutes, and was told after 3"
        );
        clock.advance(1);
        assert!(
            egg.is_woken(),
            "4 minutes have passed, and the egg was not told"
        );
        assert_ready!(egg.poll(), "it is done");
    }

    #[test]
    fn the_minutes_count_from_the_order_and_may_be_missed() {
        let clock = Clock::default();
        clock.advance(10);
        let mut late = task::spawn(clock.egg(4));
        clock.advance(3);
        assert_pending!(late.poll());
        clock.advance(20);
        assert!(late.is_woken(), "its minute is over, and it was not told");
        assert_ready!(late.poll());
        assert_ready!(
            task::spawn(clock.egg(0)).poll(),
            "no minutes are over at once"
        );
    }

    #[test]
    fn the_cook_knows_how_long_to_sleep() {
        let clock = Clock::default();
        assert_eq!(clock.next(), None, "no egg waits");
        let [mut seven, mut four, mut also_four] =
            [7, 4, 4].map(|minutes| task::spawn(clock.egg(minutes)));
        for egg in [&mut seven, &mut four, &mut also_four] {
            assert_pending!(egg.poll());
        }
        assert_eq!(clock.next(), Some(4), "eggs wait for minutes 7, 4 and 4");
        clock.advance(4);
        assert!(
            four.is_woken() && also_four.is_woken(),
            "two eggs are done in the same minute"
        );
        assert!(!seven.is_woken(), "minute 4 is not minute 7");
        assert_eq!(clock.next(), Some(7), "who was told waits no more");
        clock.advance(3);
        assert_eq!(clock.next(), None, "who was told waits no more");
    }

    #[test]
    fn an_egg_that_is_dropped_waits_for_nothing() {
        let clock = Clock::default();
        let [mut four, mut also_four] = [4, 4].map(|minutes| task::spawn(clock.egg(minutes)));
        assert_pending!(four.poll());
        assert_pending!(also_four.poll());
        drop(four);
        assert_eq!(clock.next(), Some(4), "one of two eggs was dropped");
        drop(also_four);
        assert_eq!(clock.next(), None, "both eggs were dropped");
    }

    #[test]
    fn an_egg_asked_twice_waits_once() {
        let clock = Clock::default();
        let mut egg = task::spawn(clock.egg(4));
        let mut somebody_else = Context::from_waker(Waker::noop());
        egg.enter(|_, egg| assert!(egg.poll(&mut somebody_else).is_pending()));
        assert_pending!(egg.poll());
        assert_pending!(egg.poll());
        clock.advance(4);
        assert!(
            egg.is_woken(),
            "who asked first was told, and not who asked last"
        );
        assert_ready!(egg.poll());
        drop(egg);
        assert_eq!(clock.next(), None, "one egg waited, and it is done");
    }

    /// Asks the clock on the spot, and says its number.
    struct Asks(Clock, u64, mpsc::Sender<(u64, bool)>);

    impl Wake for Asks {
        fn wake(self: Arc<Self>) {
            let free = self.0.0.try_lock().is_ok();
            self.2.send((self.1, free)).unwrap();
        }
    }

    #[test]
    fn eggs_are_told_in_order_and_may_look_at_the_clock() {
        let clock = Clock::default();
        let (says, said) = mpsc::channel();
        let mut eggs: Vec<_> = [9, 3, 6].map(|minutes| Box::pin(clock.egg(minutes))).into();
        for (egg, minutes) in eggs.iter_mut().zip([9, 3, 6]) {
            let waker = Waker::from(Arc::new(Asks(clock.clone(), minutes, says.clone())));
            assert!(
                pin!(egg)
                    .poll(&mut Context::from_waker(&waker))
                    .is_pending()
            );
        }
        clock.advance(10);
        let told: Vec<_> = said.try_iter().collect();
        assert!(
            told.iter().all(|(_, free)| *free),
            "who is told finds the clock locked"
        );
        let order: Vec<_> = told.iter().map(|(minutes, _)| *minutes).collect();
        assert_eq!(order, [3, 6, 9], "the earliest first");
    }
}
