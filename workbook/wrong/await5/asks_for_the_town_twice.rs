//! Wrong: to let everything begin at once.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// The forecast for the user's town, and the number of warnings.
async fn home_page(user: u32) -> (String, usize) {
    let forecast = async { forecast(&town_of(user).await).await };
    let (_town, forecast, warnings) = tokio::join!(town_of(user), forecast, warnings());
    (forecast, warnings)
}

// From here on as in the solution:
// async fn town_of(user: u32) -> String {
