//! Wrong: a time-out of its own: not even a patient customer hears an answer.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::Semaphore,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

#[derive(Debug, PartialEq)]
struct NoSuchCustomer(u32);

async fn credit(customer: u32, lines: &Semaphore) -> Result<u32, NoSuchCustomer> {
    let line = lines.acquire().await.expect("the bank is open");
    line.forget();
    let credit = timeout(Duration::from_secs(1), bureau(customer)).await;
    lines.add_permits(1);
    credit.unwrap_or(Err(NoSuchCustomer(customer)))
}

// From here on as in the solution:
// async fn bureau(customer: u32) -> Result<u32, NoSuchCustomer> {
