//! Wrong: nobody waits for the gate.

use std::{sync::Mutex, time::Duration};

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

struct Stadium {
    visitors: Mutex<u32>,
    /// How long a gate needs to open.
    opening: Duration,
}

impl Stadium {
    fn new(opening: Duration) -> Self {
        let visitors = Mutex::new(0);
        Self { visitors, opening }
    }

    async fn let_in(&self) {
        tokio::spawn(open_the_gate(self.opening));
        *self.visitors.lock().unwrap() += 1;
    }

    /// What the screen shows.
    fn screen(&self) -> u32 {
        *self.visitors.lock().unwrap()
    }
}

// From here on as in the solution:
// /// A gate that needs no time stands open.
