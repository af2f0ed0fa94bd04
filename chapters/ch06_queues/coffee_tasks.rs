//! The coffee shop with tasks and Tokio's channels.

use std::{
    collections::BTreeSet,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use stage::Instrument;
use tokio::{sync::mpsc, task::JoinSet, time::sleep};
use tracing::{info, info_span};

use super::{
    coffee::{BARISTAS, BETWEEN_CUSTOMERS, Report, TO_BREW, TO_SERVE, WAITERS, WARM_UP},
    queue::{BadCapacity, SharedReceiver, bounded},
};

/// Runs the shop until `close` says why it should close, then closes it so that every order
/// that was accepted is served or handed back.
///
/// # Errors
///
/// If `room` is not a length that a queue can have.
pub async fn open(room: usize, close: impl Future<Output = String>) -> Result<Report, BadCapacity> {
    let (orders, waiting) = bounded(room)?;
    let (counter, ready) = bounded(room)?;
    let mut staff = JoinSet::new();
    for id in 1..=BARISTAS {
        let barista = brew_all(waiting.clone(), counter.clone());
        staff.spawn(barista.instrument(info_span!("barista", id)));
    }
    for id in 1..=WAITERS {
        staff.spawn(serve_all(ready.clone()).instrument(info_span!("waiter", id)));
    }
    drop((counter, ready));

    let till = async {
        let taken = take_orders(orders, close).await;
        let handed_back = hand_back(waiting).await;
        Report {
            taken,
            handed_back,
            ..Report::default()
        }
    };
    let report = till.instrument(info_span!("till")).await;
    let report = staff.join_all().await.into_iter().chain([report]).sum();
    info!("{report}");
    Ok(report)
}

/// The same shop, closed by a flag that everybody looks at before the next piece of work. What is
/// in a queue, or has just been taken from one, is forgotten.
///
/// # Errors
///
/// If `room` is not a length that a queue can have.
pub async fn stop_flag_wrong(
    room: usize,
    close: impl Future<Output = String>,
) -> Result<Report, BadCapacity> {
    let (orders, waiting) = bounded(room)?;
    let (counter, ready) = bounded(room)?;
    let closed = Arc::new(AtomicBool::new(false));
    let mut staff = JoinSet::new();
    for id in 1..=BARISTAS {
        let barista = brew_until(Arc::clone(&closed), waiting.clone(), counter.clone());
        staff.spawn(barista.instrument(info_span!("barista", id)));
    }
    for id in 1..=WAITERS {
        let waiter = serve_until(Arc::clone(&closed), ready.clone());
        staff.spawn(waiter.instrument(info_span!("waiter", id)));
    }
    drop((waiting, counter, ready));

    let till = async {
        let taken = take_orders(orders, close).await;
        closed.store(true, Ordering::Relaxed);
        Report {
            taken,
            ..Report::default()
        }
    };
    let report = till.instrument(info_span!("till")).await;
    let report = staff.join_all().await.into_iter().chain([report]).sum();
    info!("{report}");
    Ok(report)
}

/// Accepts orders until it is time to close. An order is accepted when it has its place in the
/// queue; while there is none, the customer waits at the door.
async fn take_orders(
    orders: mpsc::Sender<u32>,
    close: impl Future<Output = String>,
) -> BTreeSet<u32> {
    let mut taken = BTreeSet::new();
    let mut close = pin!(close);
    info!("warming up");
    tokio::select! {
        biased;
        reason = &mut close => {
            info!("{reason}: not opening today");
            return taken;
        }
        () = sleep(WARM_UP) => info!("open"),
    }
    // ANCHOR: taking
    for number in 1.. {
        let next_customer = async {
            sleep(BETWEEN_CUSTOMERS).await;
            orders.reserve().await
        };
        tokio::select! {
            biased;
            // `close` is kept from one turn to the next, so nothing of it is lost.
            reason = &mut close => {
                info!("{reason}: closing");
                break;
            }
            // Dropped, this loses a customer who has not ordered yet.
            place = next_customer => {
                let Ok(place) = place else { break };
                place.send(number);
                info!("order {number} taken");
                taken.insert(number);
            }
        }
    }
    // ANCHOR_END: taking
    taken
}

/// What nobody has begun. The till's own sender is gone, so the queue is closed when it is empty.
async fn hand_back(waiting: SharedReceiver<u32>) -> BTreeSet<u32> {
    let mut handed_back = BTreeSet::new();
    while let Some(order) = waiting.recv().await {
        info!("order {order} handed back");
        handed_back.insert(order);
    }
    handed_back
}

async fn brew_all(waiting: SharedReceiver<u32>, counter: mpsc::Sender<u32>) -> Report {
    while let Some(order) = waiting.recv().await {
        sleep(TO_BREW).await;
        info!("order {order} ready");
        if counter.send(order).await.is_err() {
            break;
        }
    }
    Report::default()
}

async fn serve_all(ready: SharedReceiver<u32>) -> Report {
    let mut report = Report::default();
    while let Some(order) = ready.recv().await {
        sleep(TO_SERVE).await;
        info!("order {order} served");
        report.served.insert(order);
    }
    report
}

async fn brew_until(
    closed: Arc<AtomicBool>,
    waiting: SharedReceiver<u32>,
    counter: mpsc::Sender<u32>,
) -> Report {
    while let Some(order) = waiting.recv().await {
        if closed.load(Ordering::Relaxed) {
            break;
        }
        sleep(TO_BREW).await;
        info!("order {order} ready");
        if counter.send(order).await.is_err() {
            break;
        }
    }
    Report::default()
}

async fn serve_until(closed: Arc<AtomicBool>, ready: SharedReceiver<u32>) -> Report {
    let mut report = Report::default();
    while let Some(order) = ready.recv().await {
        if closed.load(Ordering::Relaxed) {
            break;
        }
        sleep(TO_SERVE).await;
        info!("order {order} served");
        report.served.insert(order);
    }
    report
}
