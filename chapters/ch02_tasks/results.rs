//! Three couriers set out. One delivers, one crashes, one is called back: the three ways a task
//! can end, and how its handle tells them apart.

use std::{any::Any, time::Duration};

use stage::Instrument;
use tokio::{task::JoinError, time::sleep};
use tracing::{info, info_span};

const ONE_SECOND: Duration = Duration::from_secs(1);

async fn delivers() -> &'static str {
    sleep(ONE_SECOND).await;
    "a letter"
}

async fn crashes() -> &'static str {
    sleep(2 * ONE_SECOND).await;
    panic!("flat tyre")
}

async fn is_slow() -> &'static str {
    sleep(60 * ONE_SECOND).await;
    "a parcel"
}

/// A pitfall: nobody keeps the handle, so nobody learns of the panic.
pub async fn unwatched_wrong() -> &'static str {
    async {
        tokio::spawn(crashes().instrument(info_span!("courier 2")));
        sleep(3 * ONE_SECOND).await;
        info!("no complaints");
        "all well"
    }
    .instrument(info_span!("office"))
    .await
}

/// Awaits all three couriers and says how each of them fared.
pub async fn watched() -> [String; 3] {
    async {
        let first = tokio::spawn(delivers().instrument(info_span!("courier 1")));
        let second = tokio::spawn(crashes().instrument(info_span!("courier 2")));
        let third = tokio::spawn(is_slow().instrument(info_span!("courier 3")));

        let first = told(verdict(first.await));
        let second = told(verdict(second.await));
        sleep(2 * ONE_SECOND).await;
        third.abort();
        let third = told(verdict(third.await));
        [first, second, third]
    }
    .instrument(info_span!("office"))
    .await
}

/// The three arms of a [`JoinHandle`](tokio::task::JoinHandle)'s output.
#[must_use]
pub fn verdict(end: Result<&'static str, JoinError>) -> String {
    match end {
        Ok(freight) => format!("delivered {freight}"),
        Err(error) if error.is_cancelled() => "called back".to_owned(),
        Err(error) => format!("crashed: {}", words(error.into_panic().as_ref())),
    }
}

fn told(verdict: String) -> String {
    info!("{verdict}");
    verdict
}

/// `panic!` throws a `&str` or a `String`; other things come from `panic_any` and `resume_unwind`.
fn words(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(no words)")
}
