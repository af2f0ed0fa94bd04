//! Wrong: asks all trains at the same time.

use std::time::Duration;

use stage::Instrument;
use tokio::time::{self, Instant, sleep};
use tracing::{info, info_span};

const PER_TRY: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_secs(1);
const TRIES: u32 = 3;

/// The platform of each train, in their order; `None` if it is not known in time.
async fn board(trains: &[Train], deadline: Instant) -> Vec<Option<u32>> {
    let platforms = trains.iter().map(|train| platform(train, deadline));
    futures::future::join_all(platforms).await
}

async fn platform(train: &Train, deadline: Instant) -> Option<u32> {
    for number in 1..=TRIES {
        if number > 1 {
            if Instant::now() + PAUSE >= deadline {
                return None;
            }
            sleep(PAUSE).await;
        }
        let until = deadline.min(Instant::now() + PER_TRY);
        if until <= Instant::now() {
            return None;
        }
        if let Ok(platform) = time::timeout_at(until, train.ask(number)).await {
            return Some(platform);
        }
    }
    None
}

// From here on as in the solution:
// /// A train whose questions take so many seconds, one after the other; later ones take a minute.
