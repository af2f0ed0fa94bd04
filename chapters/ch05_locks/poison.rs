//! A clerk panics half-way. Who is told that the money does not add up?

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stage::Instrument;
use tokio::{spawn, sync};
use tracing::{info, info_span};

/// A till and a safe; together they hold 100.
type Money = (u32, u32);

/// `std`'s mutex is poisoned by the panic: whoever locks it next gets an error, with the guard in it.
///
/// Returns what the next clerk finds, after it has put things right.
pub async fn told() -> Money {
    let money = Arc::new(Mutex::new((100, 0)));
    let shared = Arc::clone(&money);
    let first = async move { to_the_safe(&mut shared.lock().unwrap_or_else(mended)) };
    // The panic has been told on the clerk's own lane.
    let _ = spawn(first.instrument(info_span!("clerk 1"))).await;
    let second = async {
        let money = money.lock().unwrap_or_else(mended);
        info!("{} and {}", money.0, money.1);
        *money
    };
    second.instrument(info_span!("clerk 2")).await
}

/// Tokio's mutex knows no poison: the guard is dropped, and the next one gets what is there.
///
/// Returns what the next clerk finds.
pub async fn not_told() -> Money {
    let money = Arc::new(sync::Mutex::new((100, 0)));
    let shared = Arc::clone(&money);
    let first = async move { to_the_safe(&mut *shared.lock().await) };
    // The panic has been told on the clerk's own lane.
    let _ = spawn(first.instrument(info_span!("clerk 1"))).await;
    let second = async {
        let money = money.lock().await;
        info!("{} and {}", money.0, money.1);
        *money
    };
    second.instrument(info_span!("clerk 2")).await
}

fn to_the_safe(money: &mut Money) {
    money.0 -= 30;
    assert!(money.0 > 70, "a bug");
    money.1 += 30;
}

/// What was in the till can be told from what is in the safe.
fn mended(poisoned: PoisonError<MutexGuard<'_, Money>>) -> MutexGuard<'_, Money> {
    info!("poisoned: somebody has panicked in the middle");
    let mut money = poisoned.into_inner();
    money.0 = 100 - money.1;
    money
}
