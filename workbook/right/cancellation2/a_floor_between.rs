//! Right: children of a child hear the main switch, too.

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
        let main = CancellationToken::new();
        let floor = main.child_token();
        let rooms = (0..rooms).map(|_| floor.child_token()).collect();
        Self { main, rooms }
    }
}

// From here on as in the solution:
// async fn radiator(room: usize, number: usize, switch: CancellationToken) {
