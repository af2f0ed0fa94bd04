//! Wrong: an egg whose minute was jumped over is never told.

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
            all.waiting
                .extract_if((now, 0)..(now + 1, 0), |_, _| true)
                .collect::<BTreeMap<_, _>>()
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

// From here on as in the solution:
// fn main() {
