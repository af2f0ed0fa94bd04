//! Wrong: a call does nothing: the warnings are asked for at the end.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// The forecast for the user's town, and the number of warnings.
async fn home_page(user: u32) -> (String, usize) {
    let warnings = warnings();
    let town = town_of(user).await;
    (forecast(&town).await, warnings.await)
}

// From here on as in the solution:
// async fn town_of(user: u32) -> String {
