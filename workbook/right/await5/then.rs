//! Right: a chain without a block.

use std::time::Duration;

use futures::FutureExt;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// The forecast for the user's town, and the number of warnings.
async fn home_page(user: u32) -> (String, usize) {
    let forecast = town_of(user).then(async |town| forecast(&town).await);
    futures::join!(forecast, warnings())
}

// From here on as in the solution:
// async fn town_of(user: u32) -> String {
