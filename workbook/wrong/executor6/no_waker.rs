//! Wrong: it looks, and tells nobody whom to wake.

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
        let _ = context;
        if self.bell.has_rung() {
            return Poll::Ready(());
        }
        Poll::Pending
    }
}

// From here on as in the solution:
// fn main() {
