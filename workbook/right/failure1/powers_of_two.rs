//! Right: the pause is computed from the number of tries.

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
    let mut tries = 1;
    loop {
        match ship.call().await {
            Ok(answer) => return Ok(answer),
            Err(Trouble::Noise(_)) if tries < 6 => {
                let most = Duration::from_secs(1 << (tries - 1).min(3));
                sleep(dice(most)).await;
                tries += 1;
            }
            Err(last) => return Err(GaveUp { tries, last }),
        }
    }
}

// From here on as in the solution:
// /// A ship that answers each call with the next of these; after them, there is noise.
