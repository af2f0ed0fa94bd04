//! Computing handed over to rayon's threads, and its result, or its panic, brought back.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    task::{Context, Poll, ready},
    thread,
};

use tokio::sync::oneshot;
use tracing::info;

/// A computation on rayon's threads. A task awaits it, a thread [waits](Flight::wait) for it.
///
/// If it is dropped before it has begun, it does not begin. From then on it goes on to its end, and
/// whoever drops it only does not hear of it.
///
/// # Panics
///
/// When it is awaited, with the panic of the computation, if that panicked.
#[derive(Debug)]
pub struct Flight<T>(oneshot::Receiver<thread::Result<T>>);

impl<T: Send + 'static> Flight<T> {
    /// Puts a computation in line.
    pub fn begin(compute: impl FnOnce() -> T + Send + 'static) -> Self {
        let (landing, landed) = oneshot::channel();
        rayon::spawn(move || {
            if landing.is_closed() {
                return;
            }
            let result = catch_unwind(AssertUnwindSafe(compute));
            // Fails if nobody waits any more.
            let _ = landing.send(result);
        });
        Self(landed)
    }

    /// Blocks the thread until the result is there.
    ///
    /// # Panics
    ///
    /// With the panic of the computation; or if a runtime of Tokio polls a task on this thread.
    ///
    /// On a thread of rayon's it keeps the place of what it waits for, and may wait for ever.
    pub fn wait(self) -> T {
        unpacked(self.0.blocking_recv())
    }
}

impl<T> Future for Flight<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        Poll::Ready(unpacked(ready!(Pin::new(&mut self.0).poll(context))))
    }
}

fn unpacked<T>(landed: Result<thread::Result<T>, oneshot::error::RecvError>) -> T {
    let result = landed.expect("who takes off sends something, come what may");
    result.unwrap_or_else(|panic| resume_unwind(panic))
}

/// The sum of the digits of 2 to the power of `exponent`.
pub fn digit_sum(exponent: u32) -> u32 {
    let mut digits = vec![1_u8];
    for _ in 0..exponent {
        let mut carry = 0;
        for digit in &mut digits {
            let doubled = *digit * 2 + carry;
            (*digit, carry) = (doubled % 10, doubled / 10);
        }
        digits.extend((carry > 0).then_some(carry));
    }
    digits.into_iter().map(u32::from).sum()
}

/// Two flights that land and one that crashes. Returns the sums, and the panic's words.
///
/// # Panics
///
/// Only if a flight that should land does not.
pub async fn three_flights() -> (u32, u32, String) {
    let by_a_task = Flight::begin(|| digit_sum(1_000)).await;
    info!("awaited: {by_a_task}");
    let by_a_thread = tokio::task::spawn_blocking(|| Flight::begin(|| digit_sum(15)).wait());
    let by_a_thread = by_a_thread.await.expect("it lands");
    info!("waited for: {by_a_thread}");
    let crashes = tokio::spawn(async { Flight::begin(|| divided(0)).await }).await;
    let words = crashes.map_or_else(|error| said(error.into_panic()), |sum| sum.to_string());
    info!("crashed, and said so here: {words}");
    (by_a_task, by_a_thread, words)
}

fn divided(by: u32) -> u32 {
    assert!(by > 0, "nothing can be divided by {by}");
    digit_sum(1_000) / by
}

fn said(panic: Box<dyn Any + Send>) -> String {
    panic
        .downcast()
        .map_or_else(|_| "no words".into(), |words| *words)
}
