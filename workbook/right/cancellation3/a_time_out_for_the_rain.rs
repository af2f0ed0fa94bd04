//! Right: it waits for the rain, but no longer than a strip takes.

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
        let mut report = Report::Done;
        for done in 0..strips {
            if tokio::time::timeout(strip, rain.cancelled()).await.is_ok() {
                report = Report::Stopped { strips: done };
                break;
            }
            info!("a strip");
        }
        lift_blades().await;
        report
    }
    .instrument(info_span!("robot"))
    .await
}

// From here on as in the solution:
// async fn lift_blades() {
