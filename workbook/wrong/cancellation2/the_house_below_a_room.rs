//! Wrong: the main switch is the child, and turns off nothing.

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
    fn new(rooms: usize) -> Self {
        let top = CancellationToken::new();
        let main = top.child_token();
        let rooms = (0..rooms).map(|_| top.child_token()).collect();
        Self { main, rooms }
    }
}

// From here on as in the solution:
// async fn radiator(room: usize, number: usize, switch: CancellationToken) {
