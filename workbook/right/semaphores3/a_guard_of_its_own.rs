//! Right: a guard that is made when there is a permit, and adds it again when dropped.

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
    struct Line<'a>(&'a Semaphore);
    impl Drop for Line<'_> {
        fn drop(&mut self) {
            self.0.add_permits(1);
        }
    }
    lines.acquire().await.expect("the bank is open").forget();
    let _line = Line(lines);
    bureau(customer).await
}

// From here on as in the solution:
// async fn bureau(customer: u32) -> Result<u32, NoSuchCustomer> {
