//! Wrong: looks again and again, whether somebody has rung or not.

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
        let a_moment = std::time::Duration::from_millis(1);
        drop(bell.rings.wait_timeout(porter, a_moment).unwrap());
    }
}

// From here on as in the solution:
// fn main() {
