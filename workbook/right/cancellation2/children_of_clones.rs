//! Right: a child of a clone is a child of the same token.

use std::time::Duration;

use stage::Instrument;
use tokio::{task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;
use tracing::{info, info_span};

/// The switches of a hotel with so many rooms.
struct Switches {
    main: CancellationToken,
    rooms: Vec<CancellationToken>,
}

impl Switches {
    fn new(rooms_wanted: usize) -> Self {
        let main = CancellationToken::new();
        let rooms = std::iter::repeat_with(|| main.clone().child_token());
        let rooms = rooms.take(rooms_wanted).collect();
        Self { main, rooms }
    }
}

// From here on as in the solution:
// async fn radiator(room: usize, number: usize, switch: CancellationToken) {
