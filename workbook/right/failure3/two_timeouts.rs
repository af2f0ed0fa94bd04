//! Right: one time-out inside the other.

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
        let mut platform = None;
        for number in 1..=TRIES {
            let pause = if number > 1 { PAUSE } else { Duration::ZERO };
            if platform.is_some() || Instant::now() + pause >= deadline {
                break;
            }
            sleep(pause).await;
            let ask = time::timeout(PER_TRY, train.ask(number));
            platform = time::timeout_at(deadline, ask)
                .await
                .ok()
                .and_then(Result::ok);
        }
        board.push(platform);
    }
    board
}

// From here on as in the solution:
// /// A train whose questions take so many seconds, one after the other; later ones take a minute.
