//! A future that nobody wakes, and who finds it.

use std::{
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use futures::{future::poll_fn, poll, task::AtomicWaker};
use stage::Instrument;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tracing::{info, info_span, warn};

/// Awaits a future, and looks into it once in a while although nobody has woken it. If it is ready then, it says so:
/// a wake-up was lost, or whoever has made it ready, on another thread, has not come to it yet.
///
/// # Panics
///
/// If `every` is zero, or there is no Tokio runtime with a clock.
///
/// # Cancel safety
///
/// That of the future.
pub async fn looked_after<F: Future>(every: Duration, future: F) -> F::Output {
    let mut future = pin!(future);
    let woken = Arc::new(Woken::default());
    woken.is_woken.store(true, SeqCst);
    let waker = Waker::from(Arc::clone(&woken));
    let mut looks = interval(every);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    poll_fn(|context| {
        woken.outer.register(context.waker());
        let was_woken = woken.is_woken.swap(false, SeqCst);
        let mut is_time = false;
        // Until it is pending: then the next tick is waited for.
        while looks.poll_tick(context).is_ready() {
            is_time = true;
        }
        if !was_woken && !is_time {
            return Poll::Pending;
        }
        let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
        // Woken only now: the wake-up came late, and was not lost.
        if !was_woken && polled.is_ready() && !woken.is_woken.load(SeqCst) {
            warn!("was ready, and nobody had woken it");
        }
        polled
    })
    .await
}

#[derive(Default)]
struct Woken {
    is_woken: AtomicBool,
    outer: AtomicWaker,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, SeqCst);
        self.outer.wake();
    }
}

/// A parcel that arrives once.
#[derive(Debug, Default)]
pub struct Parcel(Mutex<Inside>);

#[derive(Debug, Default)]
struct Inside {
    arrived: bool,
    waker: Option<Waker>,
}

impl Parcel {
    /// It is here.
    pub fn arrive(&self) {
        let waker = {
            let mut inside = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            inside.arrived = true;
            inside.waker.take()
        };
        waker.into_iter().for_each(Waker::wake);
    }

    /// Waits for it. Remembers who polled first, and wakes that one, whoever polls later.
    pub fn wait_wrong(&self) -> impl Future<Output = ()> {
        WaitWrong(self)
    }
}

struct WaitWrong<'a>(&'a Parcel);

impl Future for WaitWrong<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut inside = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if inside.arrived {
            return Poll::Ready(());
        }
        inside.waker.get_or_insert_with(|| context.waker().clone());
        Poll::Pending
    }
}

/// Asks once whether the parcel is here, and then waits for it as a part of something larger. It arrives
/// after a second.
pub async fn collected() {
    let parcel = Parcel::default();
    let van = async {
        sleep(Duration::from_secs(1)).await;
        parcel.arrive();
        info!("a parcel");
    };
    let customer = async {
        let mut wait = pin!(parcel.wait_wrong());
        if poll!(wait.as_mut()).is_pending() {
            looked_after(Duration::from_secs(5), wait).await;
        }
        info!("has it");
    };
    futures::join!(
        customer.instrument(info_span!("customer")),
        van.instrument(info_span!("van"))
    );
}
