//! Wrong: takes all three lines.

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
    let all = u32::try_from(lines.available_permits().max(1)).expect("few lines");
    let _lines = lines.acquire_many(all).await.expect("the bank is open");
    bureau(customer).await
}

// From here on as in the solution:
// async fn bureau(customer: u32) -> Result<u32, NoSuchCustomer> {
