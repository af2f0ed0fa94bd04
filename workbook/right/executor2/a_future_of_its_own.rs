//! Right: a future that tells in its poll, or when it is dropped.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};

use stage::Instrument;
use tokio::{task::AbortHandle, time::sleep};
use tracing::{info, info_span};

/// The shirt will never come.
#[derive(Debug, PartialEq)]
struct Lost;

enum Place<T> {
    Washing(Option<Waker>),
    Over(Result<T, Lost>),
    Fetched,
}

/// Washes, and tells when it is dropped before the end.
struct Washing<F: Future> {
    future: Pin<Box<F>>,
    place: Arc<Mutex<Place<F::Output>>>,
}

impl<F: Future> Washing<F> {
    fn tell(&self, end: Result<F::Output, Lost>) {
        let before = {
            let mut place = self.place.lock().unwrap();
            match &mut *place {
                Place::Washing(waits) => {
                    let waits = waits.take();
                    *place = Place::Over(end);
                    waits
                }
                _ => None,
            }
        };
        before.into_iter().for_each(Waker::wake);
    }
}

impl<F: Future> Future for Washing<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match self.future.as_mut().poll(context) {
            Poll::Ready(shirt) => Poll::Ready(self.tell(Ok(shirt))),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<F: Future> Drop for Washing<F> {
    fn drop(&mut self) {
        self.tell(Err(Lost));
    }
}

struct Ticket<T> {
    place: Arc<Mutex<Place<T>>>,
    washing: AbortHandle,
}

/// Washes a shirt in a task of its own.
fn wash<F>(washing: F) -> Ticket<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let place = Arc::new(Mutex::new(Place::Washing(None)));
    let task = tokio::spawn(Washing {
        future: Box::pin(washing),
        place: Arc::clone(&place),
    });
    Ticket {
        place,
        washing: task.abort_handle(),
    }
}

impl<T> Ticket<T> {
    /// The shirt is not to be washed any more.
    fn stop(&self) {
        self.washing.abort();
    }
}

impl<T> Future for Ticket<T> {
    type Output = Result<T, Lost>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut place = self.place.lock().unwrap();
        if let Place::Washing(waits) = &mut *place {
            *waits = Some(context.waker().clone());
            return Poll::Pending;
        }
        match std::mem::replace(&mut *place, Place::Fetched) {
            Place::Over(end) => Poll::Ready(end),
            _ => panic!("it has been fetched"),
        }
    }
}

async fn shirt(seconds: u64) -> u64 {
    async {
        sleep(Duration::from_secs(seconds)).await;
        info!("clean");
        seconds
    }
    .instrument(info_span!("shirt", seconds))
    .await
}

// From here on as in the solution:
// fn main() {
