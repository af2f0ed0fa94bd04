//! A night porter sleeps until the bell rings, and then looks who is at the door. Some guests ring while the porter is
//! still looking: nobody hears them, and they stand in the rain until morning.
//!
//! Goal: `block_on` polls the future once to begin with, and once more after the bell has rung, however often it has
//! rung meanwhile; in between its thread sleeps. No ring is lost, whenever it comes, and whatever else the thread
//! waits for during a poll.
//!
//! Lesson: `chapters/ch14_executor/README.md`, "An errand that never ends: one future, one thread"

use std::{
    pin::pin,
    sync::{Arc, Condvar, Mutex},
    task::{Context, Poll, Wake, Waker},
};

#[derive(Default)]
struct Bell {
    porter: Mutex<()>,
    rings: Condvar,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        // TODO: the porter may not be asleep yet.
        self.rings.notify_one();
    }
}

/// Runs a future to its end on this thread.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let bell = Arc::new(Bell::default());
    let waker = Waker::from(Arc::clone(&bell));
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        let porter = bell.porter.lock().unwrap();
        drop(bell.rings.wait(porter).unwrap());
    }
}

fn main() {
    let guests = async { "good evening" };
    println!("{}", block_on(guests));
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, sync::mpsc, thread, time::Duration};

    use super::*;

    /// A night that should be over in no time.
    const NIGHT: Duration = Duration::from_millis(900);

    /// Ready once it has been polled so often; `between` happens during each poll before.
    fn block_on_for(polls: u32, between: impl Fn(&Waker) + Send + 'static, fault: &str) {
        let (over, hears) = mpsc::channel();
        thread::spawn(move || {
            let mut polled = 0;
            block_on(poll_fn(|context| {
                polled += 1;
                if polled == polls {
                    return Poll::Ready(());
                }
                assert!(polled < polls, "polled after its end");
                between(context.waker());
                Poll::Pending
            }));
            over.send(()).unwrap();
        });
        assert!(hears.recv_timeout(NIGHT).is_ok(), "{fault}");
    }

    #[test]
    fn a_ring_during_the_poll_is_heard() {
        let fault = "somebody rang while the porter was looking, and the porter went to sleep";
        block_on_for(3, Waker::wake_by_ref, fault);
    }

    #[test]
    fn a_ring_in_the_night_is_heard() {
        let rings_soon = |waker: &Waker| {
            let waker = waker.clone();
            thread::spawn(move || {
                thread::sleep(Duration::from_millis(30));
                waker.wake();
            });
        };
        block_on_for(3, rings_soon, "somebody rang in the night, and nobody came");
    }

    #[test]
    fn a_ring_is_heard_though_the_thread_waited_for_something_else_meanwhile() {
        let rings_and_waits = |waker: &Waker| {
            waker.wake_by_ref();
            // This parks the thread until the other one is done.
            thread::scope(|scope| {
                scope.spawn(|| thread::sleep(Duration::from_millis(30)));
            });
        };
        let fault =
            "somebody rang, then the thread waited for something else, and the ring was gone";
        block_on_for(2, rings_and_waits, fault);
    }

    /// How often a future is polled of which `rings` says when it is woken, until a last ring after 100 ms.
    fn polls(rings: impl Fn(&Waker) + Send + 'static) -> u32 {
        let (over, hears) = mpsc::channel();
        thread::spawn(move || {
            let mut polled = 0;
            let (last, rung) = mpsc::channel();
            let mut last = Some(last);
            let polls = block_on(poll_fn(|context| {
                polled += 1;
                if let Some(last) = last.take() {
                    rings(context.waker());
                    let waker = context.waker().clone();
                    thread::spawn(move || {
                        thread::sleep(Duration::from_millis(100));
                        last.send(()).unwrap();
                        waker.wake();
                    });
                }
                match rung.try_recv() {
                    Ok(()) => Poll::Ready(polled),
                    Err(_) => Poll::Pending,
                }
            }));
            over.send(polls).unwrap();
        });
        hears
            .recv_timeout(NIGHT)
            .expect("somebody rang, and nobody came")
    }

    #[test]
    fn nobody_looks_when_nobody_has_rung() {
        let polls = polls(|_| {});
        assert!(
            polls == 2,
            "one poll to begin with and one for the ring: {polls} polls"
        );
    }

    #[test]
    fn three_rings_are_one() {
        let polls = polls(|waker| [(); 3].iter().for_each(|()| waker.wake_by_ref()));
        assert!(
            polls == 3,
            "three rings during the first poll, one later: {polls} polls instead of 3"
        );
    }
}
