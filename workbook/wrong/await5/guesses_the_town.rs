//! Wrong: right for one user.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// The forecast for the user's town, and the number of warnings.
async fn home_page(user: u32) -> (String, usize) {
    tokio::join!(forecast("town 4"), warnings())
}

// From here on as in the solution:
// async fn town_of(user: u32) -> String {
