//! Right: keeps all wakers, the last among them.

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

struct Place<T> {
    shirt: Option<T>,
    /// Whether there is nothing more to come.
    over: bool,
    waits: Vec<Waker>,
}

/// The laundry's end of a place. It goes with the task, however that ends.
struct Hanger<T>(Arc<Mutex<Place<T>>>);

impl<T> Drop for Hanger<T> {
    fn drop(&mut self) {
        let waits = {
            let mut place = self.0.lock().unwrap();
            place.over = true;
            std::mem::take(&mut place.waits)
        };
        for waker in waits {
            waker.wake();
        }
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
    let place = Arc::new(Mutex::new(Place {
        shirt: None,
        over: false,
        waits: Vec::new(),
    }));
    let hanger = Hanger(Arc::clone(&place));
    let task = tokio::spawn(async move {
        let shirt = washing.await;
        hanger.0.lock().unwrap().shirt = Some(shirt);
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
        if let Some(shirt) = place.shirt.take() {
            return Poll::Ready(Ok(shirt));
        }
        if place.over {
            return Poll::Ready(Err(Lost));
        }
        place.waits.push(context.waker().clone());
        Poll::Pending
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
