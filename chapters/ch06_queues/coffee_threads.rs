//! The coffee shop with threads and the standard library's channels.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
};

use stage::{block_for, on_threads};
use tracing::{info, info_span};

use super::{
    coffee::{BARISTAS, BETWEEN_CUSTOMERS, Report, TO_BREW, TO_SERVE, WAITERS, WARM_UP},
    queue::BadCapacity,
};

type Shared = Arc<Mutex<mpsc::Receiver<u32>>>;
type Job = Box<dyn FnOnce() -> Report + Send>;

/// Runs the shop until `close` brings the reason why it should close, then closes it so that
/// every order that was accepted is served or handed back. Blocks the thread all the while.
///
/// Waits on real channels, so it cannot be played on the virtual clock.
///
/// # Errors
///
/// If there is no `room`. (A channel of the standard library may have none; the two shops keep
/// the same rule.) It sets all its room aside at once, so `room` is of a modest type.
pub fn open(room: u16, close: mpsc::Receiver<String>) -> Result<Report, BadCapacity> {
    let room = usize::from(room);
    if room == 0 {
        return Err(BadCapacity(room));
    }
    let (orders, waiting) = mpsc::sync_channel(room);
    let waiting: Shared = Arc::new(Mutex::new(waiting));
    let (counter, ready) = mpsc::sync_channel(room);
    let ready: Shared = Arc::new(Mutex::new(ready));

    let mut staff: Vec<Job> = Vec::new();
    for id in 1..=BARISTAS {
        let (waiting, counter) = (Arc::clone(&waiting), counter.clone());
        staff.push(Box::new(move || {
            let _lane = info_span!("barista", id).entered();
            brew_all(&waiting, &counter)
        }));
    }
    for id in 1..=WAITERS {
        let ready = Arc::clone(&ready);
        staff.push(Box::new(move || {
            let _lane = info_span!("waiter", id).entered();
            serve_all(&ready)
        }));
    }
    drop((counter, ready));
    staff.push(Box::new(move || {
        let _lane = info_span!("till").entered();
        let taken = take_orders(&orders, &close);
        drop(orders);
        Report {
            taken,
            handed_back: hand_back(&waiting),
            ..Report::default()
        }
    }));
    let report = on_threads(staff).into_iter().sum();
    info!("{report}");
    Ok(report)
}

/// Accepts orders until it is time to close. The time-out on `close` *is* the wait for the next
/// customer: a thread cannot wait for two channels of the standard library, but for one and a time.
fn take_orders(orders: &mpsc::SyncSender<u32>, close: &mpsc::Receiver<String>) -> BTreeSet<u32> {
    let mut taken = BTreeSet::new();
    info!("warming up");
    match close.recv_timeout(WARM_UP) {
        Err(RecvTimeoutError::Timeout) => info!("open"),
        told => {
            info!("{}: not opening today", reason(told));
            return taken;
        }
    }
    // ANCHOR: taking
    for number in 1.. {
        match close.recv_timeout(BETWEEN_CUSTOMERS) {
            Err(RecvTimeoutError::Timeout) => {}
            told => {
                info!("{}: closing", reason(told));
                break;
            }
        }
        // Blocks while the queue is full; only then is `close` looked at again.
        if orders.send(number).is_err() {
            break;
        }
        info!("order {number} taken");
        taken.insert(number);
    }
    // ANCHOR_END: taking
    taken
}

fn reason(told: Result<String, RecvTimeoutError>) -> String {
    told.unwrap_or_else(|_| "the owner left".into())
}

fn hand_back(waiting: &Shared) -> BTreeSet<u32> {
    let mut handed_back = BTreeSet::new();
    while let Some(order) = next(waiting) {
        info!("order {order} handed back");
        handed_back.insert(order);
    }
    handed_back
}

fn brew_all(waiting: &Shared, counter: &mpsc::SyncSender<u32>) -> Report {
    while let Some(order) = next(waiting) {
        block_for(TO_BREW);
        info!("order {order} ready");
        if counter.send(order).is_err() {
            break;
        }
    }
    Report::default()
}

fn serve_all(ready: &Shared) -> Report {
    let mut report = Report::default();
    while let Some(order) = next(ready) {
        block_for(TO_SERVE);
        info!("order {order} served");
        report.served.insert(order);
    }
    report
}

/// In a function of its own, so that the lock is free again before the work begins.
fn next(shared: &Shared) -> Option<u32> {
    // Nobody can leave a receiver half-changed, so poison means nothing here.
    let receiver = shared.lock().unwrap_or_else(PoisonError::into_inner);
    receiver.recv().ok()
}
