//! Right: a strip or the rain, whatever comes first.

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
        for done in 0..strips {
            tokio::select! {
                biased;
                () = rain.cancelled() => {
                    lift_blades().await;
                    return Report::Stopped { strips: done };
                }
                () = sleep(strip) => info!("a strip"),
            }
        }
        lift_blades().await;
        Report::Done
    }
    .instrument(info_span!("robot"))
    .await
}

// From here on as in the solution:
// async fn lift_blades() {
