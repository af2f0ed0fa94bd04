//! Wrong: looks again and again instead of waiting to be woken.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// The forecast for the user's town, and the number of warnings.
async fn home_page(user: u32) -> (String, usize) {
    let forecast = async { forecast(&town_of(user).await).await };
    let mut page = Box::pin(async { tokio::join!(forecast, warnings()) });
    loop {
        match futures::poll!(&mut page) {
            std::task::Poll::Ready(page) => return page,
            std::task::Poll::Pending => sleep(Duration::from_millis(10)).await,
        }
    }
}

// From here on as in the solution:
// async fn town_of(user: u32) -> String {
