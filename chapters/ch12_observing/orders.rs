//! Three orders at the same time, and the log of one that went wrong.

use std::{
    io::{self, ErrorKind},
    time::Duration,
};

use futures::future::join_all;
use stage::Instrument;
use thiserror::Error;
use tokio::{
    spawn,
    time::{Instant, sleep},
};
use tracing::{error, field::Empty, info, info_span, warn};

use super::traced::Traced;

/// Why an order came to nothing.
#[derive(Debug, Error)]
pub enum OrderError {
    /// The customer has not paid.
    #[error("not paid")]
    NotPaid(#[source] BankError),
}

/// Why the bank did not take the money.
#[derive(Debug, Error)]
#[error("the bank does not answer")]
pub struct BankError(#[source] io::Error);

/// What is true of all three, and helps with none: nobody says whose it is.
///
/// # Panics
///
/// If paying does.
pub async fn without_spans_wrong() {
    let order = async |id| -> Result<(), Traced<OrderError>> {
        arrival(id).await;
        info!("arrived");
        reserve().await;
        spawn(pay(id)).await.expect("no panic")
    };
    for failed in join_all((1..=3).map(order)).await {
        if let Err(Traced { error, .. }) = failed {
            error!("{error}");
        }
    }
}

/// Every order has its span, but what is spawned leaves it behind.
///
/// # Panics
///
/// If paying does.
pub async fn lost_at_spawn_wrong() {
    let order = async |id| -> Result<(), Traced<OrderError>> {
        info!("arrived");
        reserve().await;
        spawn(pay(id)).await.expect("no panic")
    };
    join_all((1..=3).map(|id| in_span(id, order(id)))).await;
}

/// What is spawned has a span of its own, created where the order's is known.
///
/// # Panics
///
/// If paying does.
pub async fn crossing_spawn() {
    let order = async |id| -> Result<(), Traced<OrderError>> {
        info!("arrived");
        reserve().await;
        let paying = pay(id).instrument(info_span!("pay"));
        spawn(paying).await.expect("no panic")
    };
    let ends = join_all((1..=3).map(|id| in_span(id, order(id)))).await;
    // Here no order has a span any more. The errors have kept theirs.
    for failed in ends.iter().filter_map(|end| end.as_ref().err()) {
        failed.log();
    }
}

async fn in_span<T>(id: u64, order: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    arrival(id).await;
    let span = info_span!("order", id, since = Empty);
    span.record("since", begun.elapsed().as_secs_f64());
    order.instrument(span).await
}

async fn arrival(id: u64) {
    sleep(Duration::from_millis(100) * u32::try_from(id - 1).expect("few orders")).await;
}

async fn reserve() {
    sleep(Duration::from_millis(150)).await;
    info!("reserved");
}

async fn pay(id: u64) -> Result<(), Traced<OrderError>> {
    sleep(Duration::from_millis(200)).await;
    bank(id).await.map_err(OrderError::NotPaid)?;
    info!("paid");
    Ok(())
}

async fn bank(id: u64) -> Result<(), BankError> {
    if id == 2 {
        warn!("no answer, asked once more");
        sleep(Duration::from_millis(300)).await;
        return Err(BankError(ErrorKind::ConnectionReset.into()));
    }
    Ok(())
}
