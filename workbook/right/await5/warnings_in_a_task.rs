//! Right: spawned first, awaited last.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// The forecast for the user's town, and the number of warnings.
async fn home_page(user: u32) -> (String, usize) {
    let warnings = tokio::spawn(warnings());
    let town = town_of(user).await;
    let forecast = forecast(&town).await;
    (forecast, warnings.await.unwrap())
}

// From here on as in the solution:
// async fn town_of(user: u32) -> String {
