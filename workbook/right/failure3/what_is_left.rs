//! Right: hands down how much time is left.

use std::time::Duration;

use stage::Instrument;
use tokio::time::{self, Instant, sleep};
use tracing::{info, info_span};

const PER_TRY: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_secs(1);
const TRIES: u32 = 3;

/// The platform of each train, in their order; `None` if it is not known in time.
async fn board(trains: &[Train], deadline: Instant) -> Vec<Option<u32>> {
    let mut board = Vec::new();
    for train in trains {
        let left = deadline.saturating_duration_since(Instant::now());
        board.push(platform(train, left).await);
    }
    board
}

async fn platform(train: &Train, time: Duration) -> Option<u32> {
    let began = Instant::now();
    for number in 1..=TRIES {
        let left = time.saturating_sub(began.elapsed());
        let pause = if number > 1 { PAUSE } else { Duration::ZERO };
        if left <= pause {
            return None;
        }
        sleep(pause).await;
        let limit = PER_TRY.min(left - pause);
        if let Ok(platform) = time::timeout(limit, train.ask(number)).await {
            return Some(platform);
        }
    }
    None
}

// From here on as in the solution:
// /// A train whose questions take so many seconds, one after the other; later ones take a minute.
