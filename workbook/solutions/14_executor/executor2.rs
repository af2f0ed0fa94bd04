//! A laundry takes in shirts and gives out tickets. The shirts are washed, and hang there; but nobody has ever told the
//! people who wait with their tickets.
//!
//! Goal: a ticket can be awaited before its shirt is done or after, by one task and then by another. It has the shirt, or
//! `Lost` if the task that washes it panics or is stopped. Whoever polled it last is woken when there is something to
//! know, and not before. Leave the ticket to the laundry: no `JoinHandle` and no channel in it.
//!
//! Lesson: `chapters/ch14_executor/README.md`, "A letter for a hundred houses: many tasks"

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
    waits: Option<Waker>,
}

/// The laundry's end of a place. It goes with the task, however that ends.
struct Hanger<T>(Arc<Mutex<Place<T>>>);

impl<T> Drop for Hanger<T> {
    fn drop(&mut self) {
        let waits = {
            let mut place = self.0.lock().unwrap();
            place.over = true;
            place.waits.take()
        };
        if let Some(waits) = waits {
            waits.wake();
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
        waits: None,
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
        place.waits = Some(context.waker().clone());
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

fn main() {
    stage::play("The laundry", async {
        let ticket = wash(shirt(2));
        let washed = ticket.instrument(info_span!("customer")).await;
        info!("{washed:?}");
    });
}

#[cfg(test)]
mod tests {
    use std::{pin::pin, sync::mpsc, task::Wake};

    use tokio::task::yield_now;
    use tokio_test::{assert_pending, assert_ready, task};

    use super::*;

    #[test]
    fn who_waits_is_told() {
        let played = stage::record(async {
            let ticket = wash(shirt(2));
            let customer = ticket.instrument(info_span!("customer"));
            tokio::spawn(customer).await.unwrap()
        });
        let happened = played.what_happened();
        assert_eq!(played.value, Ok(2), "{happened}");
        let polls = played.lane("customer").polls;
        assert!(
            polls == 2,
            "one poll to come and one when the shirt is clean, not {polls}{happened}"
        );
    }

    #[test]
    fn who_comes_late_gets_the_shirt_at_once() {
        stage::virtual_time(async {
            let ticket = wash(shirt(2));
            sleep(Duration::from_secs(5)).await;
            let mut ticket = task::spawn(ticket);
            assert_eq!(
                assert_ready!(ticket.poll(), "the shirt has been clean for 3 s"),
                Ok(2)
            );
        });
    }

    #[test]
    fn a_shirt_that_is_torn_or_stopped_is_lost() {
        stage::virtual_time(async {
            let mut torn = task::spawn(wash(async {
                sleep(Duration::from_secs(1)).await;
                panic!("torn");
            }));
            let mut stopped = task::spawn(wash(shirt(9)));
            let never_begun = wash(shirt(9));
            never_begun.stop();
            let mut never_begun = task::spawn(never_begun);
            assert_pending!(torn.poll());
            assert_pending!(stopped.poll());
            assert_pending!(never_begun.poll());
            sleep(Duration::from_secs(2)).await;
            assert!(torn.is_woken(), "the washing panicked, and nobody was told");
            assert_eq!(assert_ready!(torn.poll()), Err::<(), _>(Lost));
            assert!(
                never_begun.is_woken(),
                "it was stopped before it began, and nobody was told"
            );
            assert_eq!(assert_ready!(never_begun.poll()), Err(Lost));
            assert!(
                !stopped.is_woken(),
                "it is still being washed: there is nothing to tell"
            );
            stopped.stop();
            yield_now().await;
            assert!(
                stopped.is_woken(),
                "the washing was stopped, and nobody was told"
            );
            assert_eq!(assert_ready!(stopped.poll()), Err(Lost));
        });
    }

    #[test]
    fn who_polled_last_is_woken() {
        stage::virtual_time(async {
            let mut ticket = task::spawn(wash(shirt(1)));
            let mut somebody_else = Context::from_waker(Waker::noop());
            ticket.enter(|_, ticket| assert!(ticket.poll(&mut somebody_else).is_pending()));
            assert_pending!(ticket.poll());
            assert!(
                !ticket.is_woken(),
                "the shirt is not clean: there is no reason to wake"
            );
            sleep(Duration::from_secs(2)).await;
            assert!(
                ticket.is_woken(),
                "who polled first was woken, and not who polled last"
            );
        });
    }

    /// Looks on the spot, in the middle of being woken.
    struct Impatient(Mutex<Box<dyn FnMut() + Send>>);

    impl Wake for Impatient {
        fn wake(self: Arc<Self>) {
            (self.0.lock().unwrap())();
        }
    }

    /// What somebody sees who looks on the spot when woken: whether the place is free, and then what a poll says.
    async fn seen_at_once(ticket: Ticket<u64>) -> Option<(bool, Option<Poll<Result<u64, Lost>>>)> {
        let ticket = Arc::new(Mutex::new(ticket));
        let looks = Arc::clone(&ticket);
        let (sees, seen) = mpsc::channel();
        let look = move || {
            let mut ticket = looks.lock().unwrap();
            let free = ticket.place.try_lock().is_ok();
            let mut nobody = Context::from_waker(Waker::noop());
            let polled = free.then(|| pin!(&mut *ticket).poll(&mut nobody));
            sees.send((free, polled)).unwrap();
        };
        let waker = Waker::from(Arc::new(Impatient(Mutex::new(Box::new(look)))));
        let mut first = Context::from_waker(&waker);
        assert!(
            pin!(&mut *ticket.lock().unwrap())
                .poll(&mut first)
                .is_pending()
        );
        sleep(Duration::from_secs(2)).await;
        seen.try_recv().ok()
    }

    #[test]
    fn who_is_woken_finds_what_there_is_to_know_and_no_lock() {
        stage::virtual_time(async {
            for torn in [false, true] {
                let ticket = wash(async move {
                    sleep(Duration::from_secs(1)).await;
                    assert!(!torn, "torn");
                    1
                });
                let expected = if torn { Err(Lost) } else { Ok(1) };
                let seen = seen_at_once(ticket).await;
                let (free, polled) =
                    seen.expect("there is something to know, and nobody was woken");
                assert!(free, "whoever is woken finds the place locked");
                let expected = Some(Poll::Ready(expected));
                assert_eq!(
                    polled, expected,
                    "whoever is woken looks at once, and sees this"
                );
            }
        });
    }
}
