//! Wrong: rain during the lifting does not undo a lawn that is done.

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
        let mut done = 0;
        while done < strips && rain.run_until_cancelled(sleep(strip)).await.is_some() {
            info!("a strip");
            done += 1;
        }
        lift_blades().await;
        if rain.is_cancelled() {
            Report::Stopped { strips: done }
        } else {
            Report::Done
        }
    }
    .instrument(info_span!("robot"))
    .await
}

// From here on as in the solution:
// async fn lift_blades() {
