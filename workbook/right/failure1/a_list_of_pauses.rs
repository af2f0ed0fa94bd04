//! Right: the pauses stand in a list.

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
    let mut tries = 0;
    let mut pauses = [1, 2, 4, 8, 8].into_iter().map(Duration::from_secs);
    loop {
        tries += 1;
        let last = match ship.call().await {
            Ok(answer) => break Ok(answer),
            Err(trouble) => trouble,
        };
        match (last, pauses.next()) {
            (Trouble::Noise(_), Some(most)) => sleep(dice(most)).await,
            _ => break Err(GaveUp { tries, last }),
        }
    }
}

// From here on as in the solution:
// /// A ship that answers each call with the next of these; after them, there is noise.
