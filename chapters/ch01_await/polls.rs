//! What a poll is and who wakes: a future by hand, a `block_on` by hand, and a broken promise.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::{Arc, Mutex},
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::Duration,
};

use stage::Instrument;
use tokio::time::{Instant, error::Elapsed, sleep, timeout};
use tracing::{info, info_span};

const ONE_SECOND: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(5);

/// Water that boils on a thread of its own. Its first poll lights the hob; its value is the
/// number of polls that it took.
///
/// Cancel safety: the thread of a dropped kettle ends by itself. It still wakes the task that polled
/// it last, which may be polled once more than it needs.
pub struct Kettle {
    needs: Duration,
    polls: u32,
    hob: Arc<Mutex<Hob>>,
}

/// What the future and the thread share.
#[derive(Default)]
struct Hob {
    boils: bool,
    waker: Option<Waker>,
}

impl Kettle {
    /// Will boil so long after its first poll, on the real clock.
    pub fn new(needs: Duration) -> Self {
        let hob = Arc::default();
        Self {
            needs,
            polls: 0,
            hob,
        }
    }
}

impl Future for Kettle {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        self.polls += 1;
        let mut hob = self.hob.lock().unwrap();
        if hob.boils {
            info!("poll {}: it boils", self.polls);
            return Poll::Ready(self.polls);
        }
        info!("poll {}: not yet", self.polls);
        hob.waker = Some(context.waker().clone());
        if self.polls == 1 {
            light(Arc::clone(&self.hob), self.needs);
        }
        Poll::Pending
    }
}

fn light(hob: Arc<Mutex<Hob>>, needs: Duration) {
    thread::spawn(move || {
        thread::sleep(needs);
        let waker = {
            let mut hob = hob.lock().unwrap();
            hob.boils = true;
            hob.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    });
}

/// Runs a future to its end on this thread, which sleeps whenever there is nothing to poll.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        thread::park();
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Is over after a second, but has nobody woken then: found out when the time-out wakes the task.
///
/// # Errors
///
/// If it is not over at the end of the time-out.
pub async fn forgetful_wrong() -> Result<(), Elapsed> {
    let begun = Instant::now();
    let a_second = poll_fn(move |_context| {
        if begun.elapsed() < ONE_SECOND {
            return Poll::Pending;
        }
        Poll::Ready(())
    });
    timeout(PATIENCE, a_second.instrument(info_span!("forgetful"))).await
}

/// The same with Tokio's `sleep`, which leaves the waker with the runtime's timer.
///
/// # Errors
///
/// If it is not over at the end of the time-out.
pub async fn woken() -> Result<(), Elapsed> {
    timeout(PATIENCE, sleep(ONE_SECOND).instrument(info_span!("sleep"))).await
}
