//! Right: a list that is searched.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

#[derive(Clone, Default)]
struct Clock(Arc<Mutex<Minutes>>);

#[derive(Default)]
struct Minutes {
    now: u64,
    waiting: Vec<(u64, Arc<()>, Waker)>,
}

impl Clock {
    /// An egg that is done so many minutes from now.
    fn egg(&self, minutes: u64) -> Egg {
        let done = self.0.lock().unwrap().now + minutes;
        let clock = self.clone();
        let me = Arc::new(());
        Egg { clock, done, me }
    }

    /// The earliest minute for which an egg waits.
    fn next(&self) -> Option<u64> {
        let minutes = self.0.lock().unwrap();
        minutes.waiting.iter().map(|(minute, _, _)| *minute).min()
    }

    /// So many minutes pass. Eggs that are done are told so, the earliest first.
    fn advance(&self, minutes: u64) {
        let mut done = Vec::new();
        {
            let mut all = self.0.lock().unwrap();
            all.now += minutes;
            let now = all.now;
            done.extend(all.waiting.extract_if(.., |(minute, _, _)| *minute <= now));
        }
        done.sort_by_key(|(minute, _, _)| *minute);
        done.into_iter().for_each(|(_, _, waker)| waker.wake());
    }
}

struct Egg {
    clock: Clock,
    done: u64,
    /// Knows this egg from others.
    me: Arc<()>,
}

impl Egg {
    fn forget(&self, all: &mut Minutes) {
        all.waiting.retain(|(_, one, _)| !Arc::ptr_eq(one, &self.me));
    }
}

impl Drop for Egg {
    fn drop(&mut self) {
        self.forget(&mut self.clock.0.lock().unwrap());
    }
}

impl Future for Egg {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut all = self.clock.0.lock().unwrap();
        if all.now >= self.done {
            return Poll::Ready(());
        }
        self.forget(&mut all);
        let place = (self.done, Arc::clone(&self.me), context.waker().clone());
        all.waiting.push(place);
        Poll::Pending
    }
}

// From here on as in the solution:
// fn main() {
