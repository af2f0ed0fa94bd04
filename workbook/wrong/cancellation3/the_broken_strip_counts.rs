//! Wrong: the strip in which it began to rain is not done.

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{info, info_span};

#[derive(Debug, PartialEq)]
enum Report {
    Done,
    Stopped { strips: u32 },
}

async fn mow(strips: u32, strip: Duration, rain: &CancellationToken) -> Report {
    async {
        for done in 1..=strips {
            if rain.run_until_cancelled(sleep(strip)).await.is_none() {
                lift_blades().await;
                return Report::Stopped { strips: done };
            }
            info!("a strip");
        }
        lift_blades().await;
        Report::Done
    }
    .instrument(info_span!("robot"))
    .await
}

// From here on as in the solution:
// async fn lift_blades() {
