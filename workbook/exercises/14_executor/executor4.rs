//! A bus goes round by hand. `ride` below is what it should do; the machine `Bus` should do the same, without
//! `async`. Somebody has written down where it may stand, and half of the way from one place to the next.
//!
//! Goal: `Bus` gives the same number as `ride`, after the same number of polls, also for a bus without stops. It
//! goes as far as it can in each poll, and says `Pending` only where what it waits for has said so.
//!
//! Lesson: `chapters/ch14_executor/README.md`, "A loaf in four polls: what `async fn` becomes"

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use tracing::info;

/// A way of so many polls, that wakes whoever drives.
#[derive(Debug)]
struct Way(u32);

impl Future for Way {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.0 == 0 {
            return Poll::Ready(());
        }
        self.0 -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// At each stop as many get in as its number says, and at every third stop all get out and have their
/// tickets counted. The ways are longer and shorter.
async fn ride(stops: u32) -> u32 {
    let (mut aboard, mut tickets) = (0, 0);
    for stop in 1..=stops {
        Way(stop % 3).await;
        aboard += stop;
        if stop % 3 == 0 {
            tickets += aboard;
            aboard = 0;
        }
    }
    tickets + aboard
}

/// Where the bus may stand between two polls.
#[derive(Debug)]
enum Bus {
    Start {
        stops: u32,
    },
    OnTheWay {
        stops: u32,
        stop: u32,
        aboard: u32,
        tickets: u32,
        way: Way,
    },
    Done,
}

impl Future for Bus {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        // TODO: from each place to the next, as often as it goes on in one poll.
        match &mut *self {
            Self::Start { stops } => {
                *self = Self::OnTheWay {
                    stops: *stops,
                    stop: 1,
                    aboard: 0,
                    tickets: 0,
                    way: Way(1),
                };
                Poll::Pending
            }
            Self::OnTheWay { aboard, way, .. } => {
                ready!(Pin::new(way).poll(context));
                let all = *aboard;
                *self = Self::Done;
                Poll::Ready(all)
            }
            Self::Done => panic!("the bus has arrived"),
        }
    }
}

fn main() {
    stage::play("A bus", async {
        let by_hand = Bus::Start { stops: 4 }.await;
        info!("by hand: {by_hand}, the compiler's: {}", ride(4).await);
    });
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering::SeqCst},
        },
        task::{Wake, Waker},
    };

    use super::*;

    #[derive(Default)]
    struct Woken(AtomicBool);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.store(true, SeqCst);
        }
    }

    /// The value and the number of polls. It polls again only when it was woken.
    fn ridden<F: Future>(future: F, stops: u32) -> (F::Output, u32) {
        let mut future = pin!(future);
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        for polls in 1..1_000 {
            let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
            if let Poll::Ready(value) = polled {
                return (value, polls);
            }
            assert!(
                woken.0.swap(false, SeqCst),
                "{stops} stops: poll {polls} said `Pending`, and nobody has promised to wake the bus"
            );
        }
        panic!("{stops} stops: after a thousand polls the bus is still on its way");
    }

    #[test]
    fn it_carries_as_many_as_the_compilers() {
        for stops in [1, 2, 3, 4, 7, 20] {
            let (carried, _) = ridden(Bus::Start { stops }, stops);
            assert_eq!(carried, ridden(ride(stops), stops).0, "{stops} stops");
        }
    }

    #[test]
    fn it_needs_as_many_polls_as_the_compilers() {
        for stops in [1, 2, 3, 4, 7, 20] {
            let (_, polls) = ridden(Bus::Start { stops }, stops);
            assert_eq!(
                polls,
                ridden(ride(stops), stops).1,
                "polls for {stops} stops"
            );
        }
    }

    #[test]
    fn a_bus_without_stops_is_there_at_once() {
        assert_eq!(ridden(Bus::Start { stops: 0 }, 0), (0, 1));
    }

    #[test]
    fn it_remembers_where_it_stands() {
        let mut bus = Bus::Start { stops: 3 };
        let mut context = Context::from_waker(Waker::noop());
        let _ = Pin::new(&mut bus).poll(&mut context);
        assert!(
            matches!(
                bus,
                Bus::OnTheWay {
                    stops: 3,
                    stop: 1,
                    aboard: 0,
                    ..
                }
            ),
            "after the first poll: {bus:?}"
        );
        let _ = Pin::new(&mut bus).poll(&mut context);
        assert!(
            matches!(
                bus,
                Bus::OnTheWay {
                    stops: 3,
                    stop: 2,
                    aboard: 1,
                    ..
                }
            ),
            "after the second poll: {bus:?}"
        );
    }

    #[test]
    #[should_panic(expected = "the bus has arrived")]
    fn it_does_not_start_again() {
        let mut bus = Bus::Start { stops: 1 };
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..100 {
            let _ = Pin::new(&mut bus).poll(&mut context);
        }
    }
}
