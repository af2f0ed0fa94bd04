//! A museum opens when its guide says so. `opened()` is a future by hand: it is ready once the museum is open. Lately,
//! some visitors stand in front of an open door.
//!
//! Goal: when the museum opens, everybody who waits is woken, each once, and with the waker that their last poll
//! brought. Nobody is woken before. Who comes later goes in at once. Who has given up is forgotten.
//!
//! Lesson: `chapters/ch12_observing/README.md`, "Testing what waits"

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

#[derive(Default)]
struct Museum(Mutex<Inside>);

#[derive(Default)]
struct Inside {
    open: bool,
    visitors: u64,
    waiting: BTreeMap<u64, Waker>,
}

impl Museum {
    /// Opens the door, once.
    fn open(&self) {
        let waiting = self.with(|inside| {
            inside.open = true;
            std::mem::take(&mut inside.waiting)
        });
        waiting.into_values().for_each(Waker::wake);
    }

    /// Waits until it is open.
    fn opened(&self) -> Opened<'_> {
        let number = self.with(|inside| {
            inside.visitors += 1;
            inside.visitors
        });
        Opened {
            museum: self,
            number,
        }
    }

    /// How many wakers it keeps.
    fn waiting(&self) -> usize {
        self.with(|inside| inside.waiting.len())
    }

    fn with<T>(&self, look: impl FnOnce(&mut Inside) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct Opened<'a> {
    museum: &'a Museum,
    /// A number of its own.
    number: u64,
}

impl Future for Opened<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.museum.with(|inside| {
            if inside.open {
                return Poll::Ready(());
            }
            inside.waiting.insert(self.number, context.waker().clone());
            Poll::Pending
        })
    }
}

impl Drop for Opened<'_> {
    fn drop(&mut self) {
        self.museum
            .with(|inside| inside.waiting.remove(&self.number));
    }
}

fn main() {
    stage::play("A museum", async {
        let museum = Museum::default();
        let visitors = (1..=3).map(|number| {
            let visitor = async {
                museum.opened().await;
                info!("is inside");
            };
            visitor.instrument(info_span!("visitor", number))
        });
        let guide = async {
            sleep(Duration::from_secs(1)).await;
            museum.open();
        };
        futures::join!(join_all(visitors), guide.instrument(info_span!("guide")));
    });
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        sync::{
            Arc,
            atomic::{AtomicU32, Ordering::Relaxed},
        },
        task::Wake,
    };

    use tokio_test::{assert_pending, assert_ready, task};

    use super::*;

    /// Counts how often it was called.
    #[derive(Default)]
    struct Calls(AtomicU32);

    impl Wake for Calls {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    /// Polls with a waker that counts.
    fn poll(opened: Pin<&mut Opened<'_>>, calls: &Arc<Calls>) -> Poll<()> {
        opened.poll(&mut Context::from_waker(&Arc::clone(calls).into()))
    }

    #[test]
    fn all_are_woken_when_it_opens_and_nobody_before() {
        let museum = Museum::default();
        let mut visitors = [0, 1, 2].map(|_| task::spawn(museum.opened()));
        for visitor in &mut visitors {
            assert_pending!(visitor.poll());
        }
        let woken = visitors.each_ref().map(|visitor| visitor.is_woken());
        assert_eq!(woken, [false; 3], "it is not open yet");
        museum.open();
        let woken = visitors.each_ref().map(|visitor| visitor.is_woken());
        assert_eq!(woken, [true; 3], "three wait, and it has opened");
        for visitor in &mut visitors {
            assert_ready!(visitor.poll());
        }
    }

    #[test]
    fn who_comes_later_goes_in_at_once() {
        let museum = Museum::default();
        let mut early = task::spawn(museum.opened());
        museum.open();
        let mut late = task::spawn(museum.opened());
        assert_ready!(early.poll(), "it came early, and first looks now");
        assert_ready!(late.poll());
    }

    #[test]
    fn the_last_waker_counts() {
        let museum = Museum::default();
        let (first, second) = (Arc::<Calls>::default(), Arc::<Calls>::default());
        let mut visitor = pin!(museum.opened());
        assert_pending!(poll(visitor.as_mut(), &first));
        assert_pending!(poll(visitor.as_mut(), &second));
        museum.open();
        let calls = [&first, &second].map(|calls| calls.0.load(Relaxed));
        assert_eq!(
            calls,
            [0, 1],
            "polled with one waker, then with another; how often was each called?"
        );
    }

    #[test]
    fn each_is_woken_once_however_often_it_has_looked() {
        let museum = Museum::default();
        let calls = [0; 3].map(|_| Arc::<Calls>::default());
        let mut visitors = [0; 3].map(|_| Box::pin(museum.opened()));
        for _ in 0..5 {
            for (visitor, calls) in visitors.iter_mut().zip(&calls) {
                assert_pending!(poll(visitor.as_mut(), calls));
            }
        }
        let kept = museum.waiting();
        assert_eq!(
            kept, 3,
            "three visitors have looked five times each: wakers kept"
        );
        museum.open();
        let calls = calls.map(|calls| calls.0.load(Relaxed));
        assert_eq!(calls, [1; 3], "how often each was woken");
    }

    #[test]
    fn who_has_given_up_is_forgotten_and_nobody_else() {
        let museum = Museum::default();
        let calls = [0; 3].map(|_| Arc::<Calls>::default());
        let mut visitors: Vec<_> = (0..3).map(|_| Box::pin(museum.opened())).collect();
        for (visitor, calls) in visitors.iter_mut().zip(&calls) {
            assert_pending!(poll(visitor.as_mut(), calls));
        }
        drop(visitors.remove(1));
        assert_eq!(
            museum.waiting(),
            2,
            "one of three has given up: wakers kept"
        );
        // Was never polled, and has nothing to be forgotten.
        drop(museum.opened());
        museum.open();
        let calls = calls.map(|calls| calls.0.load(Relaxed));
        assert_eq!(
            calls,
            [1, 0, 1],
            "the second has given up; how often each was woken"
        );
        assert_eq!(museum.waiting(), 0, "it is open: wakers kept");
    }
}
