//! Wrong: the blades are lifted inside of what the rain interrupts.

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
        let done = std::cell::Cell::new(0);
        let whole = async {
            while done.get() < strips {
                sleep(strip).await;
                info!("a strip");
                done.set(done.get() + 1);
            }
            lift_blades().await;
        };
        match rain.run_until_cancelled(whole).await {
            Some(()) => Report::Done,
            None => {
                lift_blades().await;
                Report::Stopped { strips: done.get() }
            }
        }
    }
    .instrument(info_span!("robot"))
    .await
}

// From here on as in the solution:
// async fn lift_blades() {
