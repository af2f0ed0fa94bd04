//! Wrong: three rings are three polls.

use std::{
    pin::pin,
    sync::{Arc, Condvar, Mutex},
    task::{Context, Poll, Wake, Waker},
};

#[derive(Default)]
struct Bell {
    /// Whether somebody has rung since the porter last looked.
    rung: Mutex<u32>,
    rings: Condvar,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        *self.rung.lock().unwrap() += 1;
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
        let rung = bell.rung.lock().unwrap();
        let mut rung = bell.rings.wait_while(rung, |rung| *rung == 0).unwrap();
        *rung -= 1;
    }
}

// From here on as in the solution:
// fn main() {
