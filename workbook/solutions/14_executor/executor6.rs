//! A bell at the door. Who is at home sleeps until it rings; the guest rings once, and whoever has left a waker with the
//! bell is woken. Sometimes the guest stands at the door for ever.
//!
//! Goal: `Home` opens whenever the guest rings: before it is polled, between any two of its steps, or long after. It
//! does not wake itself, and it is the task that polled it last that is woken.
//!
//! Lesson: `chapters/ch14_executor/README.md`, "Two greetings over TCP: sockets"

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use tracing::info;

/// A bell. It rings once, on a thread of its own.
#[derive(Default)]
struct Bell(Mutex<State>);

#[derive(Default)]
struct State {
    rung: bool,
    waker: Option<Waker>,
    /// So many steps from now, somebody rings. (Only tests know when.)
    rings_after: Option<u32>,
}

impl Bell {
    /// Has it rung?
    fn has_rung(&self) -> bool {
        let rung = self.0.lock().unwrap().rung;
        self.step();
        rung
    }

    /// Whom to wake when it rings. It remembers one, the last; it does not look back.
    fn wake_me(&self, waker: &Waker) {
        self.0.lock().unwrap().waker = Some(waker.clone());
        self.step();
    }

    /// The guest rings.
    fn ring(&self) {
        let waker = {
            let mut state = self.0.lock().unwrap();
            state.rung = true;
            state.waker.take()
        };
        waker.into_iter().for_each(Waker::wake);
    }

    /// Between any two steps of one thread, another may ring.
    fn step(&self) {
        let rings = {
            let mut state = self.0.lock().unwrap();
            let left = state.rings_after.take();
            state.rings_after = left.and_then(|left| left.checked_sub(1));
            left == Some(0)
        };
        if rings {
            self.ring();
        }
    }
}

/// Waits for the bell.
struct Home {
    bell: Arc<Bell>,
}

impl Future for Home {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.bell.wake_me(context.waker());
        if self.bell.has_rung() {
            return Poll::Ready(());
        }
        Poll::Pending
    }
}

fn main() {
    let bell = Arc::new(Bell::default());
    let guest = thread::spawn({
        let bell = Arc::clone(&bell);
        move || {
            thread::sleep(Duration::from_millis(50));
            bell.ring();
        }
    });
    stage::play("A bell", async {
        Home { bell }.await;
        info!("come in");
    });
    guest.join().unwrap();
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicU32, Ordering::SeqCst},
        task::Wake,
    };

    use super::*;

    #[derive(Default)]
    struct Woken(AtomicU32);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, SeqCst);
        }
    }

    fn task() -> (Arc<Woken>, Waker) {
        let woken = Arc::new(Woken::default());
        (Arc::clone(&woken), Waker::from(woken))
    }

    fn poll(home: &mut Home, waker: &Waker) -> Poll<()> {
        Pin::new(home).poll(&mut Context::from_waker(waker))
    }

    fn home() -> (Arc<Bell>, Home) {
        let bell = Arc::new(Bell::default());
        (Arc::clone(&bell), Home { bell })
    }

    #[test]
    fn it_opens_when_the_bell_has_rung_before() {
        let (bell, mut home) = home();
        bell.ring();
        assert!(poll(&mut home, Waker::noop()).is_ready());
    }

    #[test]
    fn it_sleeps_until_the_bell_rings() {
        let (bell, mut home) = home();
        let (woken, waker) = task();
        for _ in 0..3 {
            assert!(poll(&mut home, &waker).is_pending(), "nobody has rung");
        }
        assert_eq!(woken.0.load(SeqCst), 0, "it was woken, and nobody has rung");
        bell.ring();
        assert_eq!(
            woken.0.load(SeqCst),
            1,
            "the bell rings, and wakes so many times"
        );
        assert!(poll(&mut home, &waker).is_ready());
    }

    #[test]
    fn it_opens_whenever_the_guest_comes() {
        for steps in 0..8 {
            let (bell, mut home) = home();
            let (woken, waker) = task();
            bell.0.lock().unwrap().rings_after = Some(steps);
            let mut open = false;
            // Once for nothing, as anybody may do; then only when it was woken.
            for polls in 1..20 {
                if poll(&mut home, &waker).is_ready() {
                    open = true;
                    break;
                }
                let was_woken = woken.0.swap(0, SeqCst) > 0;
                if bell.0.lock().unwrap().rung {
                    assert!(
                        was_woken,
                        "the guest rang right after step {} of the bell, in poll {polls}, and nobody wakes up",
                        steps + 1
                    );
                }
            }
            assert!(
                open,
                "the guest rang after step {}, and stands there",
                steps + 1
            );
        }
    }

    #[test]
    fn the_task_that_polled_last_is_woken() {
        let (bell, mut home) = home();
        let (first, second) = (task(), task());
        assert!(poll(&mut home, &first.1).is_pending());
        assert!(poll(&mut home, &second.1).is_pending());
        bell.ring();
        assert_eq!(
            second.0.0.load(SeqCst),
            1,
            "wakes of the task that polled last"
        );
    }

    #[test]
    fn it_keeps_no_thread() {
        let (_bell, mut home) = home();
        let begun = std::time::Instant::now();
        assert!(poll(&mut home, Waker::noop()).is_pending());
        assert!(
            begun.elapsed() < Duration::from_millis(200),
            "the poll took {:?}",
            begun.elapsed()
        );
    }
}
