//! Wrong: the limit is put on what the dice say.

use std::{cell::RefCell, time::Duration};

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Trouble {
    /// So strong; passes.
    Noise(u32),
    NoSuchShip,
}

#[derive(Debug, PartialEq)]
struct GaveUp {
    tries: u32,
    last: Trouble,
}

/// `dice(most)` is some duration between nothing and `most`.
async fn reach(
    ship: &Ship,
    mut dice: impl FnMut(Duration) -> Duration,
) -> Result<&'static str, GaveUp> {
    let mut most = Duration::from_secs(1);
    for tries in 1.. {
        let last = match ship.call().await {
            Ok(answer) => return Ok(answer),
            Err(trouble) => trouble,
        };
        if tries == 6 || last == Trouble::NoSuchShip {
            return Err(GaveUp { tries, last });
        }
        sleep(dice(most).min(Duration::from_secs(8))).await;
        most = most * 2;
    }
    unreachable!("the sixth try is the last")
}

// From here on as in the solution:
// /// A ship that answers each call with the next of these; after them, there is noise.
