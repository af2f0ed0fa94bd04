//! Wrong: who hangs up while waiting gives back a permit that they never had.

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
    let _line = Line(lines);
    lines.acquire().await.expect("the bank is open").forget();
    bureau(customer).await
}

// From here on as in the solution:
// async fn bureau(customer: u32) -> Result<u32, NoSuchCustomer> {
