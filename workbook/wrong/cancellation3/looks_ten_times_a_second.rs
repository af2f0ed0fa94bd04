//! Wrong: it looks at the sky again and again instead of being told.

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
        let look = Duration::from_millis(1);
        for done in 0..strips {
            let mut left = strip;
            while !left.is_zero() {
                if rain.is_cancelled() {
                    lift_blades().await;
                    return Report::Stopped { strips: done };
                }
                sleep(look).await;
                left = left.saturating_sub(look);
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
